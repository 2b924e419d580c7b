import { isDeepStrictEqual } from 'node:util'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { parseBoundedJson } from '../../../src/net/json/bounded-json.js'
import { createDecoder } from '../../../src/io/codecs/decoder.js'
import type { Decoded } from '../../../src/model/command.js'

const START = 'control/manager/start'
/** About the maximum packet size, in bytes. */
const LARGE = 10_400_000
/** Milliseconds of processor time of the fastest of several attempts, because other processes run at the same time. */
const MAX_MS = 20
const ATTEMPTS = 10

const { decode: decoder } = createDecoder()
const decoded = (payload: string, subtopic = START): Decoded =>
  decoder({ subtopic, payload: Buffer.from(payload) })

const quickest = (run: () => unknown): number => {
  let best = Infinity
  for (let i = 0; i < ATTEMPTS && best > MAX_MS / 2; i++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

const many = (item: string, bytes: number): string => item.repeat(Math.floor(bytes / item.length))
const task = (rest: string): string => `{"id":"a","name":"n","proplet_id":"p",${rest}}`

const HOSTILE: Readonly<Record<string, string>> = {
  'empty objects': `{"id":"a","x":[{}${many(',{}', LARGE)}]}`,
  'members that nobody reads': `{"id":"a"${many(',"k":1', LARGE)}}`,
  'numbers in inputs': task(`"inputs":[0${',0'.repeat(500_000)}]`),
  'long numbers in inputs': task(`"inputs":[${Array.from({ length: 1000 }, () => '1'.repeat(1000)).join()}]`),
  variables: task(`"env":{"a":"b"${Array.from({ length: 50_000 }, (_, i) => `,"k${i}":"v"`).join('')}}`),
  'escaped quotes': task(`"file":"${many('\\"', LARGE)}"`),
  backslashes: task(`"file":"${many('\\\\', LARGE)}"`),
  'a file with escapes': task(`"file":"${many('AAA\\/', LARGE)}"`),
  'white space': `{"id":"a"${' '.repeat(LARGE)}}`,
  'short strings': `{"id":"a","x":[""${many(',""', LARGE)}]}`,
  'a string without an end': `{"id":"a","x":"${'x'.repeat(LARGE)}`,
  'metadata that is read': task(`"metadata":[{}${many(',{}', 40_000)}]`),
  'another top value': `[${many('0,', LARGE)}0]`,
}

/** The largest messages that real senders could produce. */
const WELCOME: Readonly<Record<string, string>> = {
  'a file': task(`"file":"${'A'.repeat(LARGE)}"`),
  'inputs of a megabyte': task(`"file":"AA==","inputs":["${'x'.repeat(1_000_000)}"]`),
  'inputs with escapes': task(
    `"file":"AA==","inputs":[${Array.from({ length: 1024 }, () => `"${'\\u00e9'.repeat(160)}"`).join()}]`,
  ),
  'results of parents, which are not read': task(
    `"file":"AA==","parent_results":{"b":"${'x'.repeat(LARGE)}"}`,
  ),
}

describe('no command blocks the event loop', () => {
  it.each(Object.entries(HOSTILE))('refuses %s within 20 ms', (_, payload) => {
    const bytes = Buffer.from(payload)
    for (const subtopic of [START, 'control/manager/stop', 'control/manager/invoke'])
      expect(quickest(() => decoder({ subtopic, payload: bytes }))).toBeLessThan(MAX_MS)
    expect(decoded(payload)).toMatchObject({ type: 'rejected' })
  })

  it.each(Object.entries(WELCOME))('accepts %s within 20 ms', (_, payload) => {
    const bytes = Buffer.from(payload)
    expect(quickest(() => decoder({ subtopic: START, payload: bytes }))).toBeLessThan(MAX_MS)
    expect(decoded(payload)).toMatchObject({ type: 'start', id: 'a' })
  })

  it('answers a command that is too large if its target can be read', () => {
    expect(decoded(HOSTILE['numbers in inputs'] ?? '')).toMatchObject({
      task: { id: 'a', propletId: 'p' },
      reason: 'malformed start command "a": inputs: expected at most 8192 values in all fields together',
    })
    // The proplet ID may come later, and without it every proplet would answer.
    expect(decoded(HOSTILE['empty objects'] ?? '')).toMatchObject({ task: undefined })
  })
})

/** The longest slice of work on a message, in milliseconds of processor time. */
const longestSlice = (work: Generator): number => {
  let longest = 0
  for (let isDone = false; !isDone;) {
    const before = process.cpuUsage()
    isDone = work.next().done === true
    const { user, system } = process.cpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
  }
  return longest
}

describe('issue 14.1: a large message is decoded ahead of its delivery', () => {
  const chunk = (data: string) => `{"app_name":"a","chunk_idx":0,"total_chunks":1,"data":"${data}"}`
  const all = [
    ...Object.entries(HOSTILE),
    ...Object.entries(WELCOME),
    ['a chunk', chunk(many('AAAA', LARGE))],
    ['a chunk with padding inside', chunk(`${'A'.repeat(262_140)}AA==${many('AAAA', LARGE)}`)],
    ['a chunk of another length', chunk(`${many('AAAA', LARGE)}A`)],
    ['a chunk that is no base64', chunk(many('A-_A', LARGE))],
  ] as const

  it.each(all)('in slices of less than 8 ms: %s', (what, payload) => {
    const subtopic = what.startsWith('a chunk') ? 'registry/server' : START
    const bytes = Buffer.from(payload)
    const { decode, decodeAhead } = createDecoder()
    let best = Infinity
    for (let i = 0; i < ATTEMPTS && best > MAX_MS / 4; i++)
      best = Math.min(best, longestSlice(decodeAhead(subtopic, bytes)))
    expect(best).toBeLessThan(8)
    const known = decode({ subtopic, payload: bytes })
    // `toEqual` and `toBe` compare ten megabytes item by item, which takes minutes.
    expect(isDeepStrictEqual(known, decode({ subtopic, payload: Buffer.from(bytes) }))).toBe(true)
    const again = decode({ subtopic, payload: bytes })
    expect(again === known).toBe(false)
    expect(isDeepStrictEqual(again, known)).toBe(true)
  })

  it('is only taken for that message', () => {
    const { decode, decodeAhead } = createDecoder()
    const bytes = Buffer.from(`{"id":"a"}{"id":"b"}`)
    longestSlice(decodeAhead('control/manager/stop', bytes.subarray(0, 10)))
    expect(decode({ subtopic: START, payload: bytes.subarray(0, 10) })).toMatchObject({ type: 'rejected' })
    expect(decode({ subtopic: 'control/manager/stop', payload: bytes.subarray(10) })).toMatchObject({
      id: 'b',
    })
    expect(decode({ subtopic: 'control/manager/stop', payload: bytes.subarray(0, 10) })).toMatchObject({
      id: 'a',
    })
  })
})

describe('a large command', () => {
  const filler = `"parent_results":{"b":"${'x'.repeat(20_000)}"}`
  const file = 'AAAA'.repeat(10_000)

  it('is read as a small one is', () => {
    const rest = ['"inputs":[18446744073709551615, 1.50 ,"\\u00e9"]', '"env":{"__proto__":"x"}', filler]
    const large = decoded(`  ${task([`"file" : "${file}"`, ...rest].join(' , '))}\n`)
    expect(large).toMatchObject({
      type: 'start',
      id: 'a',
      propletId: 'p',
      inputs: ['18446744073709551615', '1.5', 'é'],
      source: { type: 'inline', base64: file },
    })
    expect(large).toMatchObject({ env: Object.fromEntries([['__proto__', 'x']]) })
  })

  it('keeps the last of equal fields, whatever their size and spelling', () => {
    const source = (text: string) => ({ source: { type: 'inline', base64: text } })
    expect(decoded(task(`"file":"${file}","file":"AA=="`))).toMatchObject(source('AA=='))
    expect(decoded(task(`"file":"AA==","f\\u0069le":"${file}"`))).toMatchObject(source(file))
  })

  it.each([
    ['no comma between fields', `{"id":"a" ${filler}}`],
    ['a field without a value', `{"id":,${filler}}`],
    ['a field without a name', `{:1,${filler}}`],
    ['something behind its end', `{"id":"a","name":"n","file":"AA==",${filler}} 1`],
    ['no end', `{"id":"a","name":"n","file":"AA==",${filler}`],
    ['a comma at its end', `{"id":"a","name":"n","file":"AA==",${filler},}`],
    ['a value that is none', `{"id":a,"name":"n","file":"AA==",${filler}}`],
  ])('with %s is not JSON', (_, payload) => {
    expect(decoded(payload)).toMatchObject({ reason: 'malformed start command: expected valid JSON' })
  })

  it('is refused if a field is not UTF-8, or a file is not ASCII', () => {
    const bytes = Buffer.from(task(`"file":"AA==","inputs":["Q"],${filler}`))
    bytes[bytes.indexOf('Q')] = 0xff
    expect(decoder({ subtopic: START, payload: bytes })).toMatchObject({
      reason: 'malformed start command: expected UTF-8',
    })
    const chunk = `{"app_name":"a","chunk_idx":0,"total_chunks":1,"data":"${'é'.repeat(20_000)}"}`
    expect(decoded(chunk, 'registry/server')).toMatchObject({
      reason: expect.stringContaining('data: expected standard base64') as string,
    })
  })

  it('allocates at most three times its size', () => {
    const payload = Buffer.from(WELCOME['a file'] ?? '')
    decoder({ subtopic: START, payload })
    const held = () => process.memoryUsage().heapUsed + process.memoryUsage().external
    const before = held()
    const result = decoder({ subtopic: START, payload })
    expect(held() - before).toBeLessThan(3 * payload.length)
    expect(result.type).toBe('start')
  })
})

describe('parseBoundedJson', () => {
  it.each([
    ['a manifest of 500 KB of objects', `{"layers":[{}${many(',{}', 500_000)}]}`],
    ['nesting', `${'['.repeat(300_000)}${']'.repeat(300_000)}`],
    ['digits', `[${'1'.repeat(500_000)}]`],
    ['more than 4 MiB', `"${'x'.repeat(5_000_000)}"`],
    ['no JSON', '{'],
  ])('refuses %s within 20 ms', (_, text) => {
    const bytes = Buffer.from(text)
    expect(quickest(() => parseBoundedJson(bytes))).toBeLessThan(MAX_MS)
    expect(E.isLeft(parseBoundedJson(bytes))).toBe(true)
  })

  it('reads a manifest of the usual kind, and a key of 2 MB', () => {
    const layers = Array.from({ length: 256 }, () => ({ mediaType: 'a', digest: 'b'.repeat(71), size: 1 }))
    for (const value of [{ schemaVersion: 2, layers }, { ciphertext: 'x'.repeat(2_000_000) }])
      expect(parseBoundedJson(Buffer.from(JSON.stringify(value)))).toEqual(E.right(value))
  })
})
