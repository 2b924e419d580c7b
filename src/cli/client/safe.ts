import { safeJson } from '../inspect/shown.js'

/**
 * Characters that a terminal would interpret, or that a reader could mistake for others; line ends and tabs are
 * allowed.
 */
const UNSAFE = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/gu

/** Makes text from the network safe for a terminal: control characters are replaced by their codes. */
export const safeText = (text: string): string =>
  text.replaceAll(UNSAFE, (character) => safeJson(character).slice(1, -1))

/** The same on one line, cut to `max` characters. */
export const safeLine = (text: string, max = 200): string => {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return safeText(cut).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}
