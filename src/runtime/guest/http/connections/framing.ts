/** How a request delimits its body. */
export type Framing = {
  /** `content-length` in bytes; 0 without one. */
  readonly length: number
  readonly isChunked: boolean
}

const LENGTH = 'content-length'
const ENCODING = 'transfer-encoding'
const NO_BODY: Framing = { length: 0, isChunked: false }

/** @param rawHeaders alternating names and values from Node.js, which has rejected contradictory ones */
export function framingOf(rawHeaders: readonly string[]): Framing {
  let framing = NO_BODY
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === LENGTH.length && name.toLowerCase() === LENGTH)
      framing = { ...framing, length: Number(rawHeaders[i + 1]) }
    else if (name.length === ENCODING.length && name.toLowerCase() === ENCODING)
      framing = { ...framing, isChunked: true }
  }
  return framing
}
