/** How a request says where its body ends. */
export type Framing = {
  /** Bytes; 0 if it says none. */
  readonly length: number
  readonly isChunked: boolean
}

const LENGTH = 'content-length'
const ENCODING = 'transfer-encoding'
const NO_BODY: Framing = { length: 0, isChunked: false }

/** @param rawHeaders names and values in turn, as Node.js gives them, which has refused contradictory ones */
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
