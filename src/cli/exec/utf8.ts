import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'

const REPLACEMENT = '\uFFFD'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The first argument or variable for the guest that is not UTF-8; undefined if there is none. Node.js replaces such
 * bytes by U+FFFD, so this reads them from the system; it only works on Linux.
 */
export function findNotUtf8(
  argv: readonly string[],
  env: Environment,
  host: Environment,
): string | undefined {
  return findArgument(argv) ?? findVariable(env, host)
}

function findArgument(argv: readonly string[]): string | undefined {
  if (!argv.some((argument) => argument.includes(REPLACEMENT))) return undefined
  const raw = readParts('cmdline').slice(-argv.length)
  const index = raw.findIndex((bytes) => !isUtf8(bytes))
  return index === -1 ? undefined : `argument ${index + 1}: expected UTF-8`
}

function findVariable(env: Environment, host: Environment): string | undefined {
  const suspects = Object.entries(env).filter(
    ([name, value]) => value === host[name] && `${name}${value ?? ''}`.includes(REPLACEMENT),
  )
  if (suspects.length === 0) return undefined
  const raw = readParts('environ').filter((bytes) => !isUtf8(bytes))
  const found = suspects.find(([name, value]) =>
    raw.some((bytes) => bytes.toString('utf8') === `${name}=${value ?? ''}`),
  )
  return found && `environment variable ${JSON.stringify(found[0])}: expected UTF-8`
}

/** Each part ends with NUL. */
function readParts(file: 'cmdline' | 'environ'): readonly Buffer[] {
  if (process.platform !== 'linux') return []
  const raw = readFileSync(`/proc/self/${file}`)
  const parts: Buffer[] = []
  for (let from = 0; from < raw.length;) {
    const to = raw.indexOf(0, from)
    const end = to === -1 ? raw.length : to
    parts.push(raw.subarray(from, end))
    from = end + 1
  }
  return parts
}
