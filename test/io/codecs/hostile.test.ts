import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../src/io/codecs/decoder.js'
import { isDeeperThan } from '../../../src/io/codecs/json.js'
import type { Decoded } from '../../../src/model/command.js'
import { isWhole } from '../../support/whole.js'

const SUBTOPICS = [
  'control/manager/start',
  'control/manager/stop',
  'control/manager/invoke',
  'registry/server',
]
const MEGABYTE = 1024 * 1024

const { decode: decoder } = createDecoder()
const raw = (subtopic: string, payload: string | Uint8Array): Decoded =>
  decoder({ subtopic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload })

const subtopic = fc.constantFrom(...SUBTOPICS)

const valid = {
  id: 't1',
  name: 'add',
  state: 0,
  image_url: 'a',
  file: 'AGFzbQ==',
  inputs: [1, '2'],
  cli_args: ['a'],
  env: { A: '1' },
  broadcast: true,
  proplet_id: 'p',
  invocation_id: 'i',
  daemon: false,
  encrypted: false,
  kbs_resource_path: 'k',
  monitoring_profile: { enabled: true, interval: 5 },
  app_name: 'a',
  chunk_idx: 0,
  total_chunks: 1,
  data: 'AA==',
}

describe('the decoder', () => {
  it('answers any bytes', () => {
    fc.assert(
      fc.property(subtopic, fc.uint8Array({ maxLength: 200 }), (topic, bytes) => isWhole(raw(topic, bytes))),
    )
  })

  it('answers any JSON', () => {
    fc.assert(
      fc.property(subtopic, fc.json({ maxDepth: 6, stringUnit: 'binary' }), (topic, json) =>
        isWhole(raw(topic, json)),
      ),
      { numRuns: 1000 },
    )
  })

  it('answers any change of any key of a valid message', () => {
    const key = fc.constantFrom(...Object.keys(valid), '__proto__', 'constructor', 'toString')
    const change = fc.dictionary(key, fc.anything({ maxDepth: 4, withNullPrototype: true }), { maxKeys: 3 })
    fc.assert(
      fc.property(subtopic, change, (topic, changed) => {
        const json = JSON.stringify({ ...valid, ...changed }, (_, v: unknown) =>
          typeof v === 'bigint' ? `${v}` : v,
        )
        return isWhole(raw(topic, json))
      }),
      { numRuns: 2000 },
    )
  })

  it('answers any damage to the text of a valid message', () => {
    const text = JSON.stringify(valid)
    const damage = fc.tuple(fc.nat(text.length), fc.nat(6), fc.string({ unit: 'binary', maxLength: 4 }))
    fc.assert(
      fc.property(subtopic, damage, (topic, [at, cut, put]) =>
        isWhole(raw(topic, text.slice(0, at) + put + text.slice(at + cut))),
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['arrays without end', '['.repeat(10 * MEGABYTE)],
    ['nested arrays', '['.repeat(5 * MEGABYTE) + ']'.repeat(5 * MEGABYTE)],
    ['nested objects', `{"a":`.repeat(MEGABYTE)],
    ['nested arrays in a valid message', `{"id":"a","x":${'['.repeat(MEGABYTE)}${']'.repeat(MEGABYTE)}}`],
  ])('refuses %s before they are parsed', (_, json) => {
    for (const topic of SUBTOPICS) {
      expect(raw(topic, json)).toMatchObject({
        type: 'rejected',
        reason: expect.stringMatching(/256 deep|expected a JSON object/) as string,
      })
    }
  })

  it('counts no brackets in strings', () => {
    const id = `"\\"${'['.repeat(200)}\\\\`
    expect(raw('control/manager/stop', `{"id":${id}"}`)).toMatchObject({ type: 'stop' })
  })

  it('answers a great many keys', () => {
    const keys = (length: number) => Array.from({ length }, (_, i) => `"k${i}":"v"`).join(',')
    expect(raw('control/manager/stop', `{${keys(1000)},"id":"a"}`)).toMatchObject({ type: 'stop', id: 'a' })
    expect(raw('control/manager/stop', `{${keys(100_000)},"id":"a"}`)).toMatchObject({
      type: 'rejected',
      reason: 'malformed stop command: expected at most 1024 fields',
    })
    const many = keys(10_000)
    expect(raw('control/manager/start', `{"id":"a","name":"b","file":"AA==","env":{${many}}}`)).toMatchObject(
      {
        type: 'rejected',
        reason: 'malformed start command "a": env: expected at most 8192 values in all fields together',
      },
    )
  })

  it('answers a great many inputs', () => {
    const zeros = `[0${',0'.repeat(500_000)}]`
    expect(
      raw('control/manager/start', `{"id":"a","name":"b","file":"AA==","inputs":${zeros}}`),
    ).toMatchObject({
      type: 'rejected',
      reason: 'malformed start command "a": inputs: expected at most 8192 values in all fields together',
      task: { id: 'a' },
    })
  })

  it('uses the last of equal keys, as JSON.parse does', () => {
    const json = '{"id":"a","id":"b","inputs":[1],"name":"f","file":"AA==","inputs":[9007199254740993]}'
    expect(raw('control/manager/start', json)).toMatchObject({ id: 'b', inputs: ['9007199254740993'] })
  })

  it('does not pollute prototypes', () => {
    raw('control/manager/start', '{"__proto__":{"id":"x","polluted":1},"env":{"__proto__":{"polluted":1}}}')
    expect(raw('control/manager/stop', '{"__proto__":{"id":"x"}}')).toMatchObject({
      type: 'rejected',
      task: undefined,
    })
    expect('polluted' in {}).toBe(false)
  })
})

describe('isDeeperThan', () => {
  it('agrees with a walk through the value', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' })), (value) => {
        const json = JSON.stringify(value)
        expect(isDeeperThan(json, depth(value))).toBe(false)
        expect(isDeeperThan(json, depth(value) - 1)).toBe(true)
      }),
    )
  })
})
