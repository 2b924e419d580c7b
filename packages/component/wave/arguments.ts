import * as E from 'fp-ts/lib/Either.js'
import type { NamedType } from '../types.js'
import { place, type WaveError } from './error.js'
import { readWave } from './read.js'
import { noneOf } from './values.js'

/**
 * Arguments that do not match the function. The cause, if any, has the position in the text of the argument.
 *
 * ```ts
 * const args = readArguments(type.params, ['1', 'true'])
 * if (E.isLeft(args)) console.error(args.left.parameter, args.left.message)
 * ```
 */
export class ArgumentsError extends Error {
  override readonly name = 'ArgumentsError'
  readonly code = 'arguments'
  /** The parameter that is wrong or missing; undefined if there are more arguments than parameters. */
  readonly parameter: string | undefined
  override readonly cause: WaveError | undefined

  constructor(message: string, parameter?: string, cause?: WaveError) {
    super(message)
    this.parameter = parameter
    this.cause = cause
  }
}

/**
 * Reads the arguments of a function, each a WAVE value. Trailing options may be omitted.
 *
 * ```ts
 * const args = readArguments(type.params, ['"text"', '{x: 1, y: 2}'])
 * if (E.isRight(args)) func(...args.right)
 * ```
 */
export const readArguments = (
  params: readonly NamedType[],
  texts: readonly string[],
): E.Either<ArgumentsError, unknown[]> => {
  if (texts.length > params.length)
    return E.left(new ArgumentsError(`expected ${count(params.length)}, found ${texts.length}`))
  const values: unknown[] = []
  for (const [index, param] of params.entries()) {
    const value = argument(param, index, texts[index], params.length)
    if (E.isLeft(value)) return value
    values.push(value.right)
  }
  return E.right(values)
}

const argument = (
  { name, type }: NamedType,
  index: number,
  text: string | undefined,
  of: number,
): E.Either<ArgumentsError, unknown> => {
  if (text === undefined && type.kind === 'option') return E.right(noneOf(type.some))
  const label = `argument ${index + 1} (\`${name}\`, ${type.kind})`
  if (text === undefined)
    return E.left(new ArgumentsError(`expected ${count(of)}, found ${index}: ${label} is missing`, name))
  return E.mapLeft(
    (cause: WaveError) => new ArgumentsError(`${label}, ${place(cause)}: ${cause.message}`, name, cause),
  )(readWave(type, text))
}

const count = (arguments_: number): string => (arguments_ === 1 ? '1 argument' : `${arguments_} arguments`)
