import { describe, expect, it } from 'vitest'
import { camelCase } from '../../wave/names.js'

describe('the JavaScript name of a label', () => {
  it.each([
    ['name', 'name'],
    ['two-words', 'twoWords'],
    ['foo-HTTP-bar', 'fooHttpBar'],
    ['HTTP-get', 'httpGet'],
    ['read-ONLY', 'readOnly'],
    ['a1-B2', 'a1B2'],
    ['proto-x1', 'protoX1'],
    ['constructor', 'constructor'],
    ['sha-256-sum', 'sha256Sum'],
  ])('of %s is %s', (label, name) => {
    expect(camelCase(label)).toBe(name)
  })
})
