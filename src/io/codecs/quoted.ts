const SHOWN = 64

/** Text from outside, escaped for a log or an error: in double quotes, printable ASCII only, cut after 64 characters. */
export const quoted = (text: string): string => {
  const shown = text
    .slice(0, SHOWN)
    .replace(/[^\x20-\x7e]|["\\]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return text.length > SHOWN ? `"${shown}…"` : `"${shown}"`
}
