/** Where the characters end that a number could be made of, from a digit or `-` on; the place itself if there are none. */
export const numberEnd = (text: string, at: number): number => {
  const first = text.charCodeAt(at)
  if (first !== MINUS && !isDigit(first)) return at
  let end = at + 1
  while (isNumberPart(text.charCodeAt(end))) end += 1
  return end
}

/** What kind of JSON number a text is; undefined if it is none. */
export const numberForm = (text: string): 'integer' | 'decimal' | undefined => {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  let at = digitsEnd(text, start)
  if (at === start || (at > start + 1 && text[start] === '0')) return undefined
  if (at === text.length) return 'integer'
  if (text[at] === '.') {
    const fraction = at + 1
    at = digitsEnd(text, fraction)
    if (at === fraction) return undefined
  }
  if (text[at] === 'e' || text[at] === 'E') {
    const exponent = text[at + 1] === '+' || text[at + 1] === '-' ? at + 2 : at + 1
    at = digitsEnd(text, exponent)
    if (at === exponent) return undefined
  }
  return at === text.length ? 'decimal' : undefined
}

const MINUS = 0x2d

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const isNumberPart = (code: number): boolean =>
  isDigit(code) ||
  code === MINUS ||
  code === 0x2b ||
  code === 0x2e ||
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a)

const digitsEnd = (text: string, at: number): number => {
  let end = at
  while (isDigit(text.charCodeAt(end))) end += 1
  return end
}
