const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'inf', 'nan', 'some', 'none', 'ok', 'err'])

/** Whether a word means something by itself, so that a case of that name is written with `%`. */
export const isKeyword = (word: string): boolean => KEYWORDS.has(word)

/** The name of a variant's or enum's case as it is printed. */
export const caseLabel = (name: string): string => (isKeyword(name) ? `%${name}` : name)

/** Where the label or keyword that starts at a place ends, its `%` included; the place itself if none does. */
export const labelEnd = (text: string, at: number): number => {
  let end = text.charCodeAt(at) === PERCENT ? at + 1 : at
  if (!isLetter(text.charCodeAt(end))) return at
  while (isLabelPart(text.charCodeAt(end))) end += 1
  return end
}

const PERCENT = 0x25
const HYPHEN = 0x2d

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

const isLabelPart = (code: number): boolean =>
  isLetter(code) || code === HYPHEN || (code >= 0x30 && code <= 0x39)
