/** Reads so many bytes at a time from pieces of any size. */
export type ByteSource = {
  /** So many bytes; fewer at the end, none after it. Not for more than a few kilobytes. */
  readonly exactly: (length: number) => Promise<Buffer>
  /** At least one byte, at most `max`; undefined at the end. */
  readonly some: (max: number) => Promise<Uint8Array | undefined>
}

export const createByteSource = (pieces: AsyncIterable<Uint8Array>): ByteSource => {
  const iterator = pieces[Symbol.asyncIterator]()
  let piece: Uint8Array = new Uint8Array()

  const some = async (max: number): Promise<Uint8Array | undefined> => {
    while (piece.length === 0) {
      const next = await iterator.next()
      if (next.done === true) return undefined
      piece = next.value
    }
    const part = piece.subarray(0, max)
    piece = piece.subarray(max)
    return part
  }
  const exactly = async (length: number): Promise<Buffer> => {
    const parts: Uint8Array[] = []
    for (let left = length; left > 0;) {
      const part = await some(left)
      if (part === undefined) break
      parts.push(part)
      left -= part.length
    }
    return Buffer.concat(parts)
  }
  return { exactly, some }
}
