const PLAIN = /^[\w\-./:@#$[\]<>=+*%,]+$/
/** What a terminal could act upon, or a reader could mistake: controls, formats (also directions of text), separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu
const SHOWN = 200

const escaped = (character: string): string => {
  let text = ''
  for (let index = 0; index < character.length; index += 1) {
    text += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return text
}

/** A name from a binary, fit for a terminal: in quotes with escapes if it has more than plain characters, cut if long. */
export const shown = (name: string): string => {
  const cut = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name
  return PLAIN.test(name) && cut === name ? name : safeJson(cut)
}

/** JSON in which all that is unsafe is escaped. */
export const safeJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, undefined, indent).replaceAll(UNSAFE, (character) =>
    character === '\n' ? character : escaped(character),
  )
