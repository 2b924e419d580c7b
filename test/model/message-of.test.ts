import type { LookupAddress } from 'node:dns'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../src/model/code-of.js'
import { messageOf } from '../../src/model/message-of.js'
import { toError } from '../../src/model/to-error.js'

const coded = (code: unknown, message = '') => Object.assign(new Error(message), { code })

describe('messageOf', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('disk full'), 'disk full'],
    ['a subclass', new TypeError('no function'), 'no function'],
    [
      'several errors',
      new AggregateError([new Error('a'), new Error('b'), new Error('a')], 'all failed'),
      'a; b',
    ],
    ['several errors, of which there are none', new AggregateError([], 'all failed'), 'all failed'],
    ['an error with a code in place of a message', coded('ECONNREFUSED'), 'ECONNREFUSED'],
    ['an error with nothing to say', new RangeError(), 'RangeError'],
    ['text', 'reset', 'reset'],
    ['nothing', undefined, 'undefined'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an object without a prototype', Object.create(null), 'unknown error'],
    ['an object that throws', { toString: () => expect.unreachable() }, 'unknown error'],
  ])('of %s', (_name, thrown, message) => {
    expect(messageOf(thrown)).toBe(message)
  })

  it('names each address that refused a connection', async () => {
    const lookup = (_name: string, _options: unknown, done: (error: null, found: LookupAddress[]) => void) =>
      done(
        null,
        ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
      )
    const error = await new Promise<unknown>((resolve) => {
      connect({ host: 'two.test', port: 1, lookup, autoSelectFamily: true }).on('error', resolve)
    })
    expect(error).toBeInstanceOf(AggregateError)
    expect(messageOf(error)).toBe('connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.2:1')
    expect(codeOf(error)).toBe('ECONNREFUSED')
  })
})

describe('codeOf', () => {
  it.each<[string, unknown, string | undefined]>([
    ['an error of Node.js', coded('ENOENT'), 'ENOENT'],
    ['an error with a number', coded(14), undefined],
    ['an error without', new Error('x'), undefined],
    ['what is no error', { code: 'ENOENT' }, undefined],
  ])('of %s', (_name, thrown, code) => {
    expect(codeOf(thrown)).toBe(code)
  })
})

it('toError keeps an error, and the cause of one it makes', () => {
  const error = new Error('x')
  expect(toError(error)).toBe(error)
  expect(toError('reset')).toMatchObject({ message: 'reset', cause: 'reset' })
})
