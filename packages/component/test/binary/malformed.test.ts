import { describe, expect, it } from 'vitest'
import { decodeComponent } from '../../binary/decode.js'
import { describe as describeComponent } from '../../describe/describe.js'
import {
  BOOL,
  component,
  core,
  exportType,
  externName,
  index33,
  instanceType,
  name,
  nested,
  type Part,
  record,
  section,
  sized,
  tuple,
  types,
  u32,
  U32,
  vec,
} from './encode.js'

const refusal = (bytes: Uint8Array): string => {
  try {
    describeComponent(decodeComponent(bytes))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return `${error.name}: ${error.message}`
  }
  return 'accepted'
}

const LIST_OF = (index: number): Part => [0x70, index33(index)]
const EMPTY_INSTANCE: Part = section(5, vec([0x01, vec()]))

const importOf = (text: string, ...description: readonly Part[]): Part => [externName(text), ...description]

describe('what is refused', () => {
  it.each<[string, Uint8Array, string]>([
    [
      'nothing',
      new Uint8Array(),
      'malformed component: not a WebAssembly binary: 0 bytes, a preamble has 8 at byte 0',
    ],
    ['a core module', core(), 'malformed component: found the layer core, expected component, at byte 0'],
    [
      'an older component',
      Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0]),
      'a component of version 0x0a, from older tools; expected 0x0d; build it again with current tools',
    ],
    ['a section that is cut off', component([7, 100]), 'malformed component: unexpected end at byte 10'],
    [
      'a section that is too long',
      component(section(7, vec(), 0)),
      'malformed component: a section is longer than its content at byte 11',
    ],
    [
      'a number that is too long',
      component([7, 0xff, 0xff, 0xff, 0xff, 0x7f]),
      'malformed component: a number is too long at byte 14',
    ],
    [
      'a count that cannot be true',
      component(section(7, [0xff, 0xff, 0xff, 0xff, 0x0f])),
      'malformed component: a count of 4294967295 in front of 0 bytes at byte 10',
    ],
    ['an unknown type', component(types(0x30)), 'malformed component: unknown type 0x30 at byte 11'],
    [
      'a type that is not there yet',
      component(types(LIST_OF(0))),
      'malformed component: there is no type 0, only 0 so far, at byte 12',
    ],
    [
      'an index of 33 bits',
      component(types([0x70, 0xff, 0xff, 0xff, 0xff, 0x0f])),
      'malformed component: there is no type 4294967295, only 0 so far, at byte 12',
    ],
    [
      'an unknown value type',
      component(types([0x70, 0x60])),
      'malformed component: unknown value type at byte 12',
    ],
    [
      'a name that is not UTF-8',
      component(section(10, vec([0x00, 2, 0xc3, 0x28, 0x01, 0]))),
      'malformed component: a name is not UTF-8 at byte 12',
    ],
    [
      'a label that JavaScript would trip over',
      component(types(record(['__proto__', BOOL]))),
      'malformed component: a label that is not in kebab-case at byte 13',
    ],
    [
      'two fields of one name',
      component(types(record(['a', BOOL], ['a', BOOL]))),
      'malformed component: two members of the same name at byte 12',
    ],
    [
      'an empty record',
      component(types(record())),
      'malformed component: a record without fields at byte 12',
    ],
    [
      'an empty enum',
      component(types([0x6d, vec()])),
      'malformed component: an empty list of members at byte 12',
    ],
    [
      'two imports of one name',
      component(types([0x40, vec(), 1, 0]), section(10, vec(importOf('a', 1, 0), importOf('a', 1, 0)))),
      'malformed component: a second import of the same name at byte 23',
    ],
    [
      'a function type of several results',
      component(types([0x40, vec(), 1, vec([name('a'), BOOL])])),
      'malformed component: results with names at byte 13',
    ],
    [
      'values',
      component(section(12)),
      'unsupported component: a section of values at byte 8; no released runtime runs it yet',
    ],
    [
      'threads',
      component(section(8, vec([0x40, 0]))),
      'unsupported component: threads that share a memory at byte 11; no released runtime runs it yet',
    ],
    [
      'an unknown canonical definition',
      component(section(8, vec([0x77]))),
      'malformed component: unknown canonical definition 0x77 at byte 11',
    ],
    [
      'a core instance of no module',
      component(section(2, vec([0, 0, 0]))),
      'malformed component: there is no core-module 0, only 0 so far, at byte 12',
    ],
    [
      'a core module inside that is a component',
      component(section(1, nested())),
      'malformed component: found the layer component, expected core, at byte 10',
    ],
    [
      'an alias of a scope further out than there are',
      component(section(6, vec([0x03, 0x02, 1, 0]))),
      'malformed component: 1 scopes out, there are 0, at byte 11',
    ],
    [
      'an outer alias of a function',
      component(section(6, vec([0x01, 0x02, 0, 0]))),
      'malformed component: an outer alias of a func at byte 11',
    ],
    [
      'an alias of an export that is not there',
      component(EMPTY_INSTANCE, section(6, vec([0x01, 0x00, 0, name('f')]))),
      'malformed component: instance 0 exports no func "f" at byte 16',
    ],
    [
      'a function type where a value type belongs',
      component(types([0x40, vec(), 1, 0], LIST_OF(0))),
      'malformed component: type 0 is func, expected value, at byte 15',
    ],
    [
      'an own of no resource',
      component(types(record(['a', BOOL]), [0x69, 0])),
      'malformed component: type 0 is value, expected resource, at byte 16',
    ],
    [
      'an instance without an argument that its component imports',
      component(
        section(4, nested(types([0x40, vec(), 1, 0]), section(10, vec(importOf('f', 1, 0))))),
        section(5, vec([0x00, 0, vec()])),
      ),
      'malformed component: the import "f" is a func, its argument is missing, at byte 36',
    ],
    [
      'a resource in an instance type',
      component(types(instanceType([0x01, 0x3f, 0x7f, 0x00]))),
      'malformed component: a resource is defined in a type at byte 15',
    ],
  ])('%s', (_, bytes, message) => {
    expect(refusal(bytes)).toBe(`ComponentError: ${message}`)
  })
})

describe('refuses what would grow without bound:', () => {
  const levels = (count: number, level: (index: number) => Part): Part[] =>
    Array.from({ length: count }, (_, index) => level(index))

  it('components in components', () => {
    const deep = (depth: number): Part => nested(...(depth === 0 ? [] : [section(4, deep(depth - 1))]))
    expect(refusal(component(section(4, deep(90))))).toBe('accepted')
    expect(refusal(component(section(4, deep(120))))).toContain('nested more than 100 deep at byte')
  })

  it('types of instances in types of instances', () => {
    const deep = (depth: number): Part => instanceType(...(depth === 0 ? [] : [[0x01, deep(depth - 1)]]))
    expect(refusal(component(types(deep(90))))).toBe('accepted')
    expect(refusal(component(types(deep(200))))).toContain('nested more than 100 deep at byte')
  })

  it('lists of lists', () => {
    const lists = (count: number) => component(types([0x70, U32], ...levels(count, LIST_OF)))
    expect(refusal(lists(90))).toBe('accepted')
    expect(refusal(lists(20_000))).toContain('unsupported component: a type more than 100 deep at byte')
  })

  it('a record of records that doubles at each level', () => {
    const doubled = (count: number) =>
      component(
        types(
          record(['a', BOOL]),
          ...levels(count, (index) => record(['a', index33(index)], ['b', index33(index)])),
        ),
      )
    expect(refusal(doubled(15))).toBe('accepted')
    expect(refusal(doubled(60))).toContain('unsupported component: a type of more than 1000000 parts at byte')
  })

  it('an instance of instances that doubles at each level', () => {
    const doubled = levels(60, (index) =>
      instanceType(
        [0x02, 0x03, 0x02, 1, u32(index)],
        [0x04, externName('a'), 0x05, 0],
        [0x04, externName('b'), 0x05, 0],
      ),
    )
    expect(refusal(component(types(instanceType(), ...doubled)))).toContain(
      'a type of more than 1000000 parts at byte',
    )
  })

  it('definitions', () => {
    const many = component([7, sized([u32(260_000), Array<number>(260_000).fill(BOOL)])])
    expect(refusal(many)).toContain('unsupported component: more than 50000 definitions at byte')
  })

  it('names', () => {
    const long = component(section(10, vec([0x00, u32(100_001), Array<number>(100_001).fill(0x61), 1, 0])))
    expect(refusal(long)).toContain('a name of 100001 bytes')
  })
})

it('reused types are shared', () => {
  const { exports } = describeComponent(
    decodeComponent(
      component(
        types(record(['a', BOOL]), tuple(0, 0)),
        types(instanceType([0x02, 0x03, 0x02, 1, 0], exportType('r', 0))),
        section(11, vec([externName('first'), 0x03, 0, 0], [externName('second'), 0x03, 1, 0])),
      ),
    ),
  )
  const [first, second] = [exports.get('first'), exports.get('second')]
  if (first?.kind !== 'type' || first.type.kind !== 'value') throw new Error('no type')
  if (second?.kind !== 'type' || second.type.kind !== 'value') throw new Error('no type')
  const { type } = second.type
  if (type.kind !== 'tuple') throw new Error('no tuple')
  expect(type.items[0]).toBe(first.type.type)
  expect(type.items[1]).toBe(first.type.type)
})
