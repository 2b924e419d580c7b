/** A challenge of RFC 9110; parameter names are in lower case. */
export type Challenge = {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const PARAMETER = new RegExp(`[\\s,]*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, 'y')
const SCHEME = new RegExp(`[\\s,]*(${TOKEN})(?=[\\s,]|$)`, 'y')
const MAX_LENGTH = 4096

const execAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  const own = new RegExp(pattern)
  own.lastIndex = at
  return own.exec(text)
}

/** The challenges in a `WWW-Authenticate` header, or in several that were joined; stops at a syntax error. */
export const challengesOf = (header: string): readonly Challenge[] => {
  const text = header.slice(0, MAX_LENGTH)
  const challenges: Challenge[] = []
  let at = 0
  for (;;) {
    const scheme = execAt(SCHEME, text, at)
    if (scheme === null) return challenges
    at += scheme[0].length
    const parameters = new Map<string, string>()
    for (let found = execAt(PARAMETER, text, at); found !== null; found = execAt(PARAMETER, text, at)) {
      const [all, name = '', quoted, bare] = found
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '')
      at += all.length
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters })
  }
}
