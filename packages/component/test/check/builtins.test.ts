import { describe as group, expect, it } from 'vitest'
import { decodeComponent } from '../../binary/decode.js'
import { checkTypes, validateComponent } from '../../check/check.js'
import { component, externName, nested, section, sized, U32, vec, type Part } from '../binary/encode.js'

const imports = (...items: readonly Part[]): Part => section(10, vec(...items))
const child = (...sections: readonly Part[]): Part => [0x04, sized(nested(...sections))]

group('the type of the context', () => {
  const context = (code: 0x0a | 0x0b, type: number, slot: number): Part => [code, type, slot]
  const canons = (...definitions: readonly Part[]): Part => section(8, vec(...definitions))
  const [I32, I64] = [0x7f, 0x7e]

  it.each<[string, readonly Part[]]>([
    ['another slot', [context(0x0a, I64, 0), context(0x0b, I64, 1)]],
    ['the same slot', [context(0x0a, I32, 1), context(0x0b, I32, 1)]],
  ])('is the same in %s', (_, definitions) => {
    expect(() => checkTypes(decodeComponent(component(canons(...definitions))))).not.toThrow()
  })

  it.each<[string, readonly Part[], RegExp]>([
    [
      'context.set',
      [context(0x0a, I32, 0), context(0x0b, I64, 0)],
      /type i64 of `context.set` does not match i32/,
    ],
    [
      'context.get',
      [context(0x0b, I64, 0), context(0x0a, I32, 1)],
      /type i32 of `context.get` does not match i64/,
    ],
    ['a third slot', [context(0x0a, I64, 2)], /immediate of `context.get` must be 0 or 1, found 2/],
    ['a number of another type', [context(0x0b, 0x7d, 0)], /a context of the type f32/],
  ])('is refused in %s', (_, definitions, message) => {
    const bytes = component(canons(...definitions))
    expect(() => checkTypes(decodeComponent(bytes))).toThrow(
      expect.objectContaining({ code: 'binary', message: expect.stringMatching(message) as string }),
    )
  })

  it('may differ in a nested component', () => {
    const bytes = component(child(canons(context(0x0a, I64, 0))), canons(context(0x0b, I32, 0)))
    expect(() => checkTypes(decodeComponent(bytes))).not.toThrow()
  })
})

group('C19: what no released runtime runs', () => {
  const canon = (option: Part): Part => section(8, vec([0x1c, vec(option)]))
  const value = (text: string, bound: Part): Part => [externName(text), 0x02, bound]

  it.each<[string, Part, RegExp]>([
    ['a core type', canon([0x08, 0]), /the option `core-type` of a canonical definition/],
    ['garbage-collected values', canon([0x09]), /the option `gc` of a canonical definition/],
    ['a thread of shared memory', section(8, vec([0x40, 0])), /threads that share a memory/],
    ['values', section(12, vec()), /a section of values/],
    ['a value as an export', section(11, vec([externName('v'), 0x02, 0, 0])), /a value that is passed on/],
    [
      'a value that equals another',
      imports(value('v', [0x01, U32]), value('w', [0x00, 0])),
      /a value that equals another/,
    ],
  ])('is refused by name: %s', (_, sections, message) => {
    const remedy = 'no released runtime runs it yet'
    expect(() => validateComponent(component(sections))).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        message: expect.stringMatching(new RegExp(`${message.source}.*; ${remedy}$`)) as string,
      }),
    )
  })
})
