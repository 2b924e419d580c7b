import { safeJson } from '../inspect/shown.js'

/** Characters that a terminal would interpret or a reader could mistake; line ends and tabs are text. */
const UNSAFE = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/gu

/** Text of the network as it may stand on a terminal: what would act there is shown as its code. */
export const safeText = (text: string): string =>
  text.replaceAll(UNSAFE, (character) => safeJson(character).slice(1, -1))

/** The same on one line, cut when it is longer than `max` characters. */
export const safeLine = (text: string, max = 200): string => {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return safeText(cut).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}
