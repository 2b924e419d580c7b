export type Limits = {
  /** Commands are refused while more is live. */
  readonly commandBytes: number
  /** Commands are refused while the files are larger. */
  readonly fileBytes: number
  /** Results are kept in memory only while more is live. */
  readonly keepBytes: number
  /** The size of a file; a larger record has one of its own. */
  readonly segmentBytes: number
  /** Dead records may take this much more room than live ones. */
  readonly slackBytes: number
}

const SEGMENT_BYTES = 4 * 1024 * 1024
const SLACK_BYTES = 8 * 1024 * 1024

/** Divides the space of a journal so that commands leave room for results, and both for dead records. */
export const limitsOf = (maxBytes: number): Limits => ({
  commandBytes: Math.floor(maxBytes / 4),
  fileBytes: Math.floor((maxBytes * 15) / 16),
  keepBytes: Math.floor((maxBytes * 3) / 8),
  segmentBytes: Math.min(SEGMENT_BYTES, Math.floor(maxBytes / 16)),
  slackBytes: Math.min(SLACK_BYTES, Math.floor(maxBytes / 8)),
})
