import wabt from 'wabt'
import { describe, expect, it } from 'vitest'
import { moduleRole } from '../../wasm/module-role.js'

const tools = await wabt()
const roleOf = (wat: string) => moduleRole(tools.parseWat('test.wat', wat).toBinary({}).buffer)

const FORWARDS = `(type (func (param i32) (result i32))) (table (export "$imports") 2 funcref)
  (func (export "0") (param i32) (result i32) (call_indirect (type 0) (local.get 0) (i32.const 0)))
  (func (export "1") (param i32) (result i32) (call_indirect (type 0) (local.get 0) (i32.const 300)))`
const FILLS = `(import "" "0" (func (param i32) (result i32))) (import "" "$imports" (table 1 funcref))
  (elem (i32.const 0) func 0)`

describe('the role of a module', () => {
  it('is known where its functions only call what is in its tables', () => {
    expect(roleOf(`(module ${FORWARDS})`)).toBe('forwarder')
  })

  it('is known where it only fills a table with functions that it is given', () => {
    expect(roleOf(`(module ${FILLS})`)).toBe('filler')
  })

  it.each([
    ['a memory', `(module ${FORWARDS} (memory 1))`],
    ['a global', `(module ${FORWARDS} (global (mut i32) (i32.const 0)))`],
    [
      'a function that writes to its table',
      `(module ${FORWARDS} (func (table.set 0 (i32.const 0) (ref.null func))))`,
    ],
    ['a function with a local', `(module ${FORWARDS} (func (local i32)))`],
    ['a function that stops', `(module ${FORWARDS} (func unreachable))`],
    ['a start function', `(module ${FORWARDS} (func) (start 2))`],
    ['elements of its own', `(module ${FORWARDS} (elem (i32.const 0) func 0))`],
    ['an import', `(module (import "" "f" (func)) (table 1 funcref))`],
    ['elements and a function', `(module ${FILLS} (func))`],
    ['elements and an export', `(module ${FILLS} (export "again" (func 0)))`],
    [
      'elements and a start function',
      `(module (import "" "f" (func)) ${FILLS.replace('func 0)', 'func 1)')} (start 0))`,
    ],
  ])('is none with %s', (_what, wat) => {
    expect(roleOf(wat)).toBeUndefined()
  })
})
