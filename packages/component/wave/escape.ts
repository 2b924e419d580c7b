const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  "'": "\\'",
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** What is escaped in a char or string: both quotes, in both. */
export const LITERAL_MARKS = '\\"\''

/** A text with all control characters escaped, and those of the marks that it has. */
export const escaped = (text: string, marks: string): string => {
  let out = ''
  let done = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isPlain(code) || (isMark(code) && !marks.includes(text.charAt(at)))) continue
    out += text.slice(done, at) + (NAMED[text.charAt(at)] ?? `\\u{${code.toString(16)}}`)
    done = at + 1
  }
  return done === 0 ? text : out + text.slice(done)
}

const isMark = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x5c

const isPlain = (code: number): boolean => code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && !isMark(code)

/** Where half of a surrogate pair stands alone, from a place up to another; -1 if none does. */
export const loneSurrogate = (text: string, from: number, to: number): number => {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0xd800 || code > 0xdfff) continue
    const next = at + 1 < to ? text.charCodeAt(at + 1) : 0
    if (code > 0xdbff || next < 0xdc00 || next > 0xdfff) return at
    at += 1
  }
  return -1
}
