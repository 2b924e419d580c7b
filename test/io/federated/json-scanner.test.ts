import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonScanner } from '../../../src/io/federated/json-scanner.js'

/** The scanned text, given in pieces of `size` bytes; undefined if it is not JSON. */
const scan = (text: string, size = Infinity, scanner = new JsonScanner()): string | undefined => {
  const bytes = Buffer.from(text)
  const kept: Uint8Array[] = []
  try {
    for (let at = 0; at < bytes.length; at += size) kept.push(scanner.push(bytes.subarray(at, at + size)))
    scanner.end()
  } catch {
    return undefined
  }
  return Buffer.concat(kept).toString()
}

const compact = (text: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return undefined
  }
}

describe('a JSON scanner', () => {
  it.each([1, 2, 3, 7, Infinity])('removes only insignificant white space, in pieces of %d bytes', (size) => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t '), (json, space) => {
        const spaced = JSON.stringify(JSON.parse(json), undefined, space)
        expect(scan(`${space}${spaced}${space}`, size)).toBe(JSON.stringify(JSON.parse(json)))
      }),
      { seed: 6, numRuns: 100 },
    )
  })

  it('accepts exactly what JSON.parse accepts', () => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\ 0123eE+-.tfnu\n'.split(''),
      'true',
      'false',
      'null',
      '"a"',
      '"a":',
      '1.5',
      '-0',
      '\\u00e9',
      '\u0001',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (pieces, size) => {
        const text = pieces.join('')
        expect(scan(text, size) === undefined).toBe(compact(text) === undefined)
      }),
      { seed: 6, numRuns: 3000 },
    )
  })

  it.each([
    '0',
    '-0',
    '10',
    '1.50',
    '1e5',
    '1E+05',
    '-1.2e-3',
    '""',
    '"\\u12aF\\n\\/"',
    'true',
    ' null ',
    '[]',
    '{}',
    '[[],{}]',
    '{"a":[1,2,{"b":null}],"c":"d"}',
    '1 ',
    '[1 ,2 ]',
  ])('accepts %s', (text) => {
    expect(scan(text, 1)).toBe(text.replaceAll(' ', ''))
  })

  it.each([
    '',
    ' ',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '1e+',
    '+1',
    '--1',
    '1 2',
    'tru',
    'truex',
    'nul',
    '"',
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
    '[',
    '[1',
    '[1,',
    '[,1]',
    '[1,]',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{a:1}',
    '{"a" 1}',
    '{"a":1]',
    '[1}',
    ']',
    '{}{}',
    '1,2',
    '{"a":}',
    '[1 2]',
    "{'a':1}",
    '\u00a01',
    'NaN',
    '[tru]',
  ])('refuses %j', (text) => {
    expect(scan(text)).toBeUndefined()
    expect(scan(text, 1)).toBeUndefined()
  })

  it('keeps numbers as they are written', () => {
    expect(scan('[9007199254740993, 1.0, 1e400, -0]')).toBe('[9007199254740993,1.0,1e400,-0]')
  })

  it('follows nesting to a limit', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(scan(nested(256))).toBe(nested(256))
    expect(scan(nested(257))).toBeUndefined()
    expect(scan('['.repeat(5_000_000))).toBeUndefined()
  })

  describe('finds members of the outermost object', () => {
    const membersOf = (text: string, size = Infinity) => {
      const scanner = new JsonScanner(['n', 'm'])
      expect(scan(text, size, scanner)).toBeDefined()
      return Object.fromEntries(scanner.members)
    }

    it.each([1, 3, Infinity])('in pieces of %d bytes', (size) => {
      expect(membersOf('{ "x" : {"n": 9}, "n" : -1.5e3 , "m": {"a": ["b}", 1 ]}}', size)).toStrictEqual({
        n: '-1.5e3',
        m: '{"a":["b}",1]}',
      })
    })

    it('the last of equal names, also one that is written with escapes', () => {
      expect(membersOf('{"n":1,"\\u006e":"two","m":true,"m":null}')).toStrictEqual({ n: '"two"', m: 'null' })
    })

    it('none of an array, of another name, or of a value that is large', () => {
      expect(membersOf('["n",{"n":1}]')).toStrictEqual({})
      expect(membersOf(`{"${'n'.repeat(100)}":1,"nn":2,"":3}`)).toStrictEqual({})
      expect(membersOf(`{"n":1,"n":"${'x'.repeat(70_000)}","m":2}`)).toStrictEqual({ m: '2' })
    })

    it('and reports whether it is an object', () => {
      const isObject = (text: string) => {
        const scanner = new JsonScanner()
        scan(text, Infinity, scanner)
        return scanner.isObject
      }
      expect(['{"a":[]}', '[{}]', '"{"', '7'].map(isObject)).toStrictEqual([true, false, false, false])
    })
  })
})
