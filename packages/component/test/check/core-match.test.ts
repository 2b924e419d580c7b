import { describe, expect, it } from 'vitest'
import { coreMismatch } from '../../check/core-match.js'
import type { ModuleItem } from '../../wasm/module-description.js'

const func = (signature: Extract<ModuleItem, { kind: 'function' }>['signature']): ModuleItem => ({
  kind: 'function',
  signature,
})
const PLAIN = func({ params: ['i32'], results: [] })
/** A function type with more than parameters and results, such as a supertype. */
const UNKNOWN = func(undefined)

describe('a core function of a type that is not known here', () => {
  it('can be passed on as a function of the same type, which the engine checks', () => {
    expect(coreMismatch(UNKNOWN, UNKNOWN)).toBeUndefined()
    expect(coreMismatch(UNKNOWN, func(undefined))).toBeUndefined()
  })

  it('does not match a known type, nor does a known type match it', () => {
    expect(coreMismatch(UNKNOWN, PLAIN)).toMatch(/found: another type/)
    expect(coreMismatch(PLAIN, UNKNOWN)).toMatch(/expected: another type/)
  })
})

it('functions of the same type match, and others do not', () => {
  expect(coreMismatch(PLAIN, func({ params: ['i32'], results: [] }))).toBeUndefined()
  expect(coreMismatch(PLAIN, func({ params: ['i64'], results: [] }))).toMatch(/expected.*i64.*found.*i32/)
})
