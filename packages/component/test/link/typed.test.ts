import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../../link/instantiate.js'
import type { FunctionItem } from '../../describe/description.js'
import type { FunctionType } from '../../types.js'
import { printWave } from '../../wave/print.js'
import { valueOf } from '../wave/arbitrary.js'
import { built, functionOf, prepare } from './harness.js'

const OPS = 'local:typed/ops@0.1.0'
const prepared = prepare(built('typed'))

const isFunction = (entry: [string, { readonly kind: string }]): entry is [string, FunctionItem] =>
  entry[1].kind === 'func'
const { exports } = prepared.description
const ops = exports.get(OPS)
const inOps = ops?.kind === 'instance' ? [...ops.exports].filter(isFunction) : []
const echoes = (entries: readonly [string, FunctionItem][]): [string, FunctionType][] =>
  entries.filter(([name]) => name.startsWith('echo-')).map(([name, { type }]) => [name, type])

describe('typed exports', () => {
  it.each(echoes(inOps))('return what they received: %s of the instance', (name, type) => {
    checkEcho(type, (instance) => functionOf(instance, OPS, name))
  })

  it.each(echoes([...exports].filter(isFunction)))('return what they received: %s', (name, type) => {
    checkEcho(type, (instance) => functionOf(instance, name))
  })

  it('are all present', () => {
    expect(echoes(inOps)).toHaveLength(28)
  })

  it('accept a buffer or any array as bytes', () => {
    const echo = functionOf(instantiate(prepared, {}), 'echo-bytes')
    expect(echo(Buffer.from('abc'))).toStrictEqual(new Uint8Array([97, 98, 99]))
    expect(echo([1, 2])).toStrictEqual(new Uint8Array([1, 2]))
    const large = new Uint8Array(30_000).fill(9)
    expect(echo(large)).toStrictEqual(large)
  })

  it('return the error of a result as a value', () => {
    expect(functionOf(instantiate(prepared, {}), 'fail')('why')).toStrictEqual({ tag: 'err', val: 'why' })
  })

  it('cannot be called after a trap in that instance', () => {
    const instance = instantiate(prepared, {})
    expect(() => functionOf(instance, 'trap')()).toThrow(/unreachable/)
    expect(() => functionOf(instance, 'add')(1, 2)).toThrow(/trapped/)
    expect(functionOf(instantiate(prepared, {}), 'add')(1, 2)).toBe(3)
  })
})

function checkEcho(
  { params, result }: FunctionType,
  of: (instance: ReturnType<typeof instantiate>) => (...args: unknown[]) => unknown,
): void {
  const [param] = params
  if (param === undefined || result === undefined) throw new Error('not an echo')
  const echo = of(instantiate(prepared, {}))
  fc.assert(
    fc.property(valueOf(param.type), (value) => {
      expect(printWave(result, echo(value))).toBe(printWave(param.type, value))
    }),
    { numRuns: 50 },
  )
}
