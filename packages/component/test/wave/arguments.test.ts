import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { type ArgumentsError, readArguments } from '../../wave/arguments.js'
import { WaveError } from '../../wave/error.js'
import type { NamedType } from '../../types.js'
import { option, text, u8 } from './types.js'

const params: readonly NamedType[] = [
  { name: 'count', type: u8 },
  { name: 'name', type: text },
  { name: 'limit', type: option(u8) },
  { name: 'deep', type: option(option(u8)) },
]

const failure = (texts: readonly string[], of = params): ArgumentsError => {
  const read = readArguments(of, texts)
  if (E.isRight(read)) throw new Error('they were read')
  return read.left
}

describe('the arguments of a function', () => {
  it('are one value per text', () => {
    expect(readArguments(params, ['1', '"a, b"', '2', 'some(none)'])).toEqual(
      E.right([1, 'a, b', 2, { tag: 'some', val: undefined }]),
    )
  })

  it('may omit trailing options', () => {
    const none = [undefined, { tag: 'none' }]
    expect(readArguments(params, ['1', '"a"', 'some(2)'])).toEqual(E.right([1, 'a', 2, { tag: 'none' }]))
    expect(readArguments(params, ['1', '"a"'])).toEqual(E.right([1, 'a', ...none]))
  })

  it('may be empty', () => {
    expect(readArguments([], [])).toEqual(E.right([]))
  })

  it('are named when one is missing', () => {
    expect(failure(['1'])).toMatchObject({
      code: 'arguments',
      parameter: 'name',
      message: 'expected 4 arguments, found 1: argument 2 (`name`, string) is missing',
    })
    expect(failure([], [{ name: 'only', type: u8 }]).message).toBe(
      'expected 1 argument, found 0: argument 1 (`only`, u8) is missing',
    )
  })

  it('are counted when there are too many', () => {
    expect(failure(['1', '"a"', '1', 'none', '5'])).toMatchObject({
      parameter: undefined,
      message: 'expected 4 arguments, found 5',
    })
    expect(failure(['1'], []).message).toBe('expected 0 arguments, found 1')
  })

  it('are named, with the column, when one is wrong', () => {
    const error = failure(['1', '  hello'])
    expect(error).toMatchObject({
      parameter: 'name',
      message:
        'argument 2 (`name`, string), column 3: expected a string, which is written in double quotes, found `hello`',
    })
    expect(error.cause).toBeInstanceOf(WaveError)
    expect(failure(['1, 2']).message).toBe(
      'argument 1 (`count`, u8), column 2: expected the end of the text, found `,`',
    )
  })
})
