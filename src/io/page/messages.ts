import type { DetailUpdate, DetailMessage, Update } from '../../model/view.js'

/** Updates as JSON. All viewers get the same changes in turn, so each is serialised once. */
export const createEncoder = (): ((update: Update) => string) => {
  let last: { readonly update: Update; readonly text: string } | undefined
  return (update) => {
    if (last?.update !== update) last = { update, text: JSON.stringify(update) }
    return last.text
  }
}

/** Output may be any bytes, so it is sent as base64; the page decodes it as UTF-8. */
export const encodeDetail = ({ detail, skipped, pieces, isLast }: DetailUpdate): string =>
  JSON.stringify({
    detail,
    skipped,
    pieces: pieces.map(({ stream, data }) => ({
      stream,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    })),
    isLast,
  } satisfies DetailMessage)
