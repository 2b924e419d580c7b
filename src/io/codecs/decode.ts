import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { quoted } from './quoted.js'

/** A problem of a value: where it is, and what was expected. It never contains the value itself, which may be a secret. */
export type Problem = {
  /** Such as `env["A B"]` or `inputs[3]`; empty for the whole value. */
  readonly path: string
  readonly message: string
}

const SHOWN = 3

const describe = ({ path, message }: Problem): string => (path === '' ? message : `${path}: ${message}`)

/** A value that does not match its codec. The message names the first few problems. */
export class DecodeError extends Error {
  readonly code = 'decode'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const rest = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : []
    super([...problems.slice(0, SHOWN).map(describe), ...rest].join('; '))
    this.name = 'DecodeError'
    this.problems = problems
  }
}

const segment = (key: string): string => {
  if (/^\d+$/.test(key)) return `[${key}]`
  return /^[A-Za-z_]\w{0,63}$/.test(key) ? `.${key}` : `[${quoted(key)}]`
}

const problemOf = ({ context, message }: t.ValidationError): Problem => ({
  path: context
    .slice(1)
    .map(({ key }) => segment(key))
    .join('')
    .replace(/^\./, ''),
  message: message ?? `expected ${context.at(-1)?.type.name ?? 'another value'}`,
})

/** The only conversion from an unknown value to a typed one. */
export const decode =
  <A>(codec: t.Decoder<unknown, A>) =>
  (value: unknown): E.Either<DecodeError, A> => {
    const validation = codec.validate(value, [{ key: '', type: codec }])
    return E.isLeft(validation) ? E.left(new DecodeError(validation.left.map(problemOf))) : validation
  }
