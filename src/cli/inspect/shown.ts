const PLAIN = /^[\w\-./:@#$[\]<>=+*%,]+$/
/** Characters that a terminal would interpret or a reader could mistake: control and format characters, separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu
const SHOWN = 200

const escaped = (character: string): string => {
  let text = ''
  for (let index = 0; index < character.length; index += 1) {
    text += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return text
}

/** A name from a binary, made safe for a terminal: quoted and escaped unless it is plain, and cut if long. */
export const shown = (name: string): string => {
  const cut = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name
  return PLAIN.test(name) && cut === name ? name : safeJson(cut)
}

/** JSON with all unsafe characters escaped. */
export const safeJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, undefined, indent).replaceAll(UNSAFE, (character) =>
    character === '\n' ? character : escaped(character),
  )
