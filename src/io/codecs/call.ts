import * as E from 'fp-ts/lib/Either.js'
import { DecodeError } from './decode.js'
import { itemTexts } from './json.js'
import { numberText } from './numbers.js'
import { cText, list, optional, strings, text } from './types.js'

export const MAX_ITEMS = 1024

const isVariable = (key: string): boolean => key !== '' && !/[=\0]|\p{Surrogate}/u.test(key)

export const inputs = optional(list(text, MAX_ITEMS))

export const env = optional(
  strings(cText, isVariable, 'not empty, well-formed and without "=" or NUL', MAX_ITEMS),
)

const INPUT = 'expected a string or a finite number (send very long numbers as strings)'

/**
 * Inputs as text, with numbers as written: `JSON.parse` rounds integers beyond 2^53.
 * @param json the text that `message` was parsed from
 */
export const withInputTexts = (
  message: Readonly<Record<string, unknown>>,
  json: string,
): E.Either<DecodeError, unknown> => {
  const inputs: unknown = message['inputs']
  if (!Array.isArray(inputs) || inputs.length > MAX_ITEMS) return E.right(message)
  const sources = inputs.some((input) => typeof input === 'number') ? itemTexts(json, 'inputs') : []
  const texts = inputs.map((input: unknown, i) =>
    typeof input === 'number' ? numberText(sources[i] ?? '') : input,
  )
  const problems = texts.flatMap((item, i) =>
    typeof item === 'string' ? [] : [{ path: `inputs[${i}]`, message: INPUT }],
  )
  return problems.length === 0 ? E.right({ ...message, inputs: texts }) : E.left(new DecodeError(problems))
}
