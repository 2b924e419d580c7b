import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import { parse } from 'toml'
import { printable } from './printable.js'
import type { Raw } from './settings/setting.js'
import { messageOf } from '../../model/message-of.js'

/** The tables of a file by name. */
export type Sections = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/** The parser reports the position of a syntax error in one of two forms. */
const Place = t.type({ line: t.number, column: t.number })
const SyntaxProblem = t.type({ location: t.type({ start: Place }) })

const placeOf = (error: unknown): string => {
  const nested = SyntaxProblem.decode(error)
  const place = E.isRight(nested) ? E.right(nested.right.location.start) : Place.decode(error)
  return E.isRight(place) ? `line ${place.right.line}, column ${place.right.column}` : 'unknown place'
}

/**
 * The message of the parser without its long list of alternatives. It may contain a key of the file, but never a value.
 */
const reasonOf = (error: unknown): string => {
  const message = messageOf(error)
  return /^Cannot redefine|^Maximum nesting/.test(message) ? printable(message) : 'not valid TOML'
}

/**
 * Parses a file into its tables. Left: the error with its position. Integers are bigints, so that they keep all digits.
 */
export const parseToml = (text: string): E.Either<string, Sections> =>
  pipe(
    E.tryCatch(
      (): unknown => parse(text, { bigint: true, maxDepth: 32 }),
      (error) => `${placeOf(error)}: ${reasonOf(error)}`,
    ),
    E.map((file) => {
      const tables = Object.entries(t.UnknownRecord.is(file) ? file : {})
      return new Map(tables.flatMap(([name, table]) => (t.UnknownRecord.is(table) ? [[name, table]] : [])))
    }),
  )

const Scalar = t.union([t.string, t.number, t.boolean, t.bigint])
const Value = t.union([Scalar, t.array(Scalar)])

/** A value of a table as text or items; left: its type, if it is neither. */
export const rawOf = (value: unknown): E.Either<string, Raw> =>
  pipe(
    Value.decode(value),
    E.bimap(
      () => (Array.isArray(value) ? 'an array with values other than text' : 'a table or a date'),
      (found) => (Array.isArray(found) ? found.map(String) : String(found)),
    ),
  )
