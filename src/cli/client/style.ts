type Environment = Readonly<Record<string, string | undefined>>

export type Style = Readonly<
  Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>
>

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** Colours on a terminal, unless NO_COLOR (no-color.org) or TERM=dumb is set. */
export const styleFor = ({ isTTY }: { readonly isTTY?: boolean }, env: Environment): Style => {
  const wanted = isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  const painted = (code: number) => (text: string) =>
    wanted && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text
  return {
    bold: painted(CODES.bold),
    dim: painted(CODES.dim),
    red: painted(CODES.red),
    green: painted(CODES.green),
    yellow: painted(CODES.yellow),
    cyan: painted(CODES.cyan),
  }
}
