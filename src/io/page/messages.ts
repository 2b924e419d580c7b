import type { DetailUpdate, DetailMessage, Update } from '../../model/view.js'

/** Updates as JSON. All who look are told the same changes, one after the other: they are written once. */
export const createEncoder = (): ((update: Update) => string) => {
  let last: { readonly update: Update; readonly text: string } | undefined
  return (update) => {
    if (last?.update !== update) last = { update, text: JSON.stringify(update) }
    return last.text
  }
}

/** Output may be anything, so it goes as base64, and is read as UTF-8 by the page. */
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
