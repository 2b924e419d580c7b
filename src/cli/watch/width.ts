const NONE = /\p{Mn}|\p{Me}/u
/** East Asian wide characters and emoji (UAX #11, roughly), which take two cells on a terminal. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

const cellsOf = (character: string): number => (NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Width of a text on a terminal, in cells. */
export const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + cellsOf(character), 0)

/** Cuts the text to this many cells; an ellipsis marks the cut. */
export const fitted = (text: string, cells: number): string => {
  if (widthOf(text) <= cells) return text
  let kept = ''
  let width = 0
  for (const character of text) {
    width += cellsOf(character)
    if (width > cells - 1) break
    kept += character
  }
  return cells > 0 ? `${kept}…` : ''
}
