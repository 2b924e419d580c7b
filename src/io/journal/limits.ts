export type Limits = {
  /** No command is taken while more is live. */
  readonly commandBytes: number
  /** Nor is one while the files have more. */
  readonly fileBytes: number
  /** Of what is live, with the results of the commands that were taken. */
  readonly keepBytes: number
  /** Of a file; a larger record has one of its own. */
  readonly segmentBytes: number
  /** What is over may take as much room as what is live, and this. */
  readonly slackBytes: number
}

const SEGMENT_BYTES = 4 * 1024 * 1024
const SLACK_BYTES = 8 * 1024 * 1024

/** How a journal shares its room: so much to commands that results still find some, and the rest to what is over. */
export const limitsOf = (maxBytes: number): Limits => ({
  commandBytes: Math.floor(maxBytes / 4),
  fileBytes: Math.floor((maxBytes * 15) / 16),
  keepBytes: Math.floor((maxBytes * 3) / 8),
  segmentBytes: Math.min(SEGMENT_BYTES, Math.floor(maxBytes / 16)),
  slackBytes: Math.min(SLACK_BYTES, Math.floor(maxBytes / 8)),
})
