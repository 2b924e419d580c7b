import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../src/io/codecs/decoder.js'
import type { Decoded, Rejection, StartCommand } from '../../../src/model/command.js'

const START = 'control/manager/start'
const INVOKE = 'control/manager/invoke'
const STOP = 'control/manager/stop'
const CHUNK = 'registry/server'

const { decode: decoder } = createDecoder()
const raw = (subtopic: string, json: string | Uint8Array): Decoded =>
  decoder({ subtopic, payload: typeof json === 'string' ? Buffer.from(json) : json })
const send = (subtopic: string, message: unknown): Decoded => raw(subtopic, JSON.stringify(message))

const rejection = (decoded: Decoded): Rejection => {
  if (decoded.type !== 'rejected') throw new Error(`not rejected: ${decoded.type}`)
  return decoded
}
const started = (decoded: Decoded): StartCommand => {
  if (decoded.type !== 'start') throw new Error(decoded.type === 'rejected' ? decoded.reason : decoded.type)
  return decoded
}

const task = { id: 't1', name: 'add', file: 'AGFzbQ==' }
const withInputs = (inputs: string): StartCommand =>
  started(raw(START, `{"id":"t1","name":"add","file":"AA==","inputs":${inputs}}`))

describe('start', () => {
  it('fills in defaults', () => {
    expect(send(START, task)).toEqual({
      type: 'start',
      id: 't1',
      name: 'add',
      broadcast: false,
      propletId: undefined,
      source: { type: 'inline', base64: 'AGFzbQ==' },
      inputs: [],
      cliArgs: [],
      env: {},
      daemon: false,
      latent: false,
      encrypted: false,
      kbsResourcePath: undefined,
      monitoringProfile: undefined,
      restart: false,
    })
  })

  it.each([
    [{ restart: 'always' }, true],
    [{ restart: 'never' }, false],
    [{ restart: ['always'] }, false],
    [['restart', 'always'], false],
    ['always', false],
    [null, false],
    [{ other: 1 }, false],
  ])('reads from the metadata %j whether the task runs again: %s', (metadata, expected) => {
    expect(started(send(START, { ...task, metadata })).restart).toBe(expected)
  })

  it('reads null as absent, as v0.4 sends every key', () => {
    const nulls = Object.fromEntries(
      [
        'state image_url inputs cli_args broadcast daemon latent env encrypted kbs_resource_path',
        'monitoring_profile proplet_id hal_storage_path parent_results mode kind priority metadata',
      ]
        .join(' ')
        .split(' ')
        .map((key) => [key, null]),
    )
    expect(send(START, { ...task, ...nulls })).toEqual(send(START, task))
  })

  it('reads every key, and ignores unknown ones', () => {
    const command = started(
      send(START, {
        id: 't2',
        name: '_start',
        state: 1.5,
        image_url: 'ghcr.io/org/app:v1',
        file: '',
        inputs: ['a', 1],
        cli_args: ['--invoke', 'add'],
        env: { A: '1', constructor: 'x' },
        broadcast: true,
        proplet_id: 'p1',
        daemon: true,
        latent: true,
        encrypted: true,
        kbs_resource_path: 'default/key/1',
        monitoring_profile: { enabled: true, interval: 5, collect_cpu: false, history_size: 10 },
        parent_results: { x: [1] },
        whatever: { id: 7 },
      }),
    )
    expect(command).toMatchObject({
      id: 't2',
      name: '_start',
      broadcast: true,
      propletId: 'p1',
      source: { type: 'image', image: 'ghcr.io/org/app:v1' },
      inputs: ['a', '1'],
      cliArgs: ['--invoke', 'add'],
      env: { A: '1', constructor: 'x' },
      daemon: true,
      latent: true,
      encrypted: true,
      kbsResourcePath: 'default/key/1',
      monitoringProfile: { enabled: true, intervalMs: 5000, collectCpu: false, historySize: 10 },
    })
  })

  it('prefers the file to the image', () => {
    expect(started(send(START, { ...task, image_url: 'x' })).source).toMatchObject({ type: 'inline' })
  })

  it('uses the image of an encrypted task', () => {
    const encrypted = { ...task, file: undefined, encrypted: true, image_url: 'x' }
    expect(started(send(START, encrypted)).source).toEqual({ type: 'image', image: 'x' })
  })

  it.each([
    ['image_url is required for encrypted workloads', { encrypted: true }],
    ['encrypted workloads should only use image_url, not file', { encrypted: true, image_url: 'x' }],
  ])("refuses with the reference's error text: %s (17.4)", (text, change) => {
    expect(rejection(send(START, { ...task, ...change })).reason).toBe(
      `malformed start command "t1": ${text}`,
    )
  })

  it('reads an empty proplet_id as every proplet', () => {
    expect(started(send(START, { ...task, proplet_id: '' })).propletId).toBeUndefined()
  })

  it.each([
    ['[10,20]', ['10', '20']],
    ['["10", 20, "a b"]', ['10', '20', 'a b']],
    ['[9007199254740993, 18446744073709551615]', ['9007199254740993', '18446744073709551615']],
    ['[1e3, -0, 0.1, "1e3"]', ['1000', '-0', '0.1', '1e3']],
    ['[1], "inputs": [9007199254740995]', ['9007199254740995']],
    ['["[,]\\"", 9007199254740993]', ['[,]"', '9007199254740993']],
  ])('keeps the exact inputs of %s', (json, inputs) => {
    expect(withInputs(json).inputs).toEqual(inputs)
  })

  it.each([
    [5, 5000],
    [0.5, 500],
    [999_999, 999_999_000],
    [1e6, 100],
    [5_000_000_000, 5000],
    [1e300, 2 ** 31 - 1],
    [1e-9, 100],
    [0, undefined],
    [-5, undefined],
    [null, undefined],
  ])('reads the interval %j as %j ms', (interval, intervalMs) => {
    const command = started(send(START, { ...task, monitoring_profile: { interval } }))
    expect(command.monitoringProfile).toMatchObject({ intervalMs, enabled: undefined })
  })

  it.each([
    [1, 1],
    [0.5, 1],
    [10_000, 10_000],
    [1e12, 10_000],
    [0, undefined],
    [-1, undefined],
    [null, undefined],
  ])('reads the history size %j as %j samples', (history_size, historySize) => {
    const command = started(send(START, { ...task, monitoring_profile: { history_size } }))
    expect(command.monitoringProfile).toMatchObject({ historySize, enabled: undefined })
  })

  it('keeps a variable named __proto__ as an ordinary one', () => {
    const env = started(raw(START, '{"id":"a","name":"b","file":"AA==","env":{"__proto__":"x","A":"1"}}')).env
    expect(Object.entries(env)).toEqual([
      ['__proto__', 'x'],
      ['A', '1'],
    ])
    expect('polluted' in {}).toBe(false)
    expect('toString' in env).toBe(false)
  })

  it.each([
    ['id', { id: undefined }],
    ['id', { id: '' }],
    ['id', { id: 7 }],
    ['id', { id: 'a\u0000' }],
    ['id', { id: 'x'.repeat(257) }],
    ['name', { name: null }],
    ['name', { name: '' }],
    ['name', { name: '\ud800' }],
    ['state', { state: 'Running' }],
    ['image_url', { image_url: 7 }],
    ['image_url', { image_url: 'a\nb' }],
    ['file', { file: [0] }],
    ['inputs', { inputs: '1,2' }],
    ['inputs[1]', { inputs: [1, true] }],
    ['inputs[0]', { inputs: [null] }],
    ['inputs[0]', { inputs: [{}] }],
    ['inputs[0]', { inputs: ['\udfff'] }],
    ['inputs', { inputs: Array(1025).fill(1) }],
    ['cli_args[1]', { cli_args: ['a', 1] }],
    ['cli_args[0]', { cli_args: ['a\u0000b'] }],
    ['cli_args', { cli_args: 'a' }],
    ['env.A', { env: { A: 1 } }],
    ['env["A=B"]', { env: { 'A=B': '1' } }],
    ['env[""]', { env: { '': '1' } }],
    ['env.A', { env: { A: 'a\u0000' } }],
    ['env', { env: ['A=1'] }],
    ['env', { env: Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`K${i}`, ''])) }],
    ['broadcast', { broadcast: 'true' }],
    ['proplet_id', { proplet_id: 5 }],
    ['daemon', { daemon: 1 }],
    ['latent', { latent: 'no' }],
    ['encrypted', { encrypted: 'yes' }],
    ['monitoring_profile', { monitoring_profile: [] }],
    ['monitoring_profile.interval', { monitoring_profile: { interval: '5s' } }],
  ])('names %s as the problem', (key, change) => {
    const [kind, path, expected] = rejection(send(START, { ...task, ...change })).reason.split(': ')
    expect(kind).toMatch(/^malformed start command/)
    expect(path).toBe(key)
    expect(expected).toMatch(/^expected|^required/)
  })

  it('refuses an infinite input', () => {
    expect(rejection(raw(START, '{"id":"a","name":"b","file":"AA==","inputs":[1e400]}')).reason).toContain(
      'inputs[0]',
    )
  })

  it('refuses a task without a binary', () => {
    expect(rejection(send(START, { id: 'a', name: 'b', file: '', image_url: null })).reason).toContain(
      'neither file nor image_url',
    )
  })

  it('bounds the text of inputs, arguments and variables together', () => {
    const quarter = 'x'.repeat(3 * 1024 * 1024)
    const change = { inputs: [quarter], cli_args: [quarter], env: { A: quarter } }
    expect(rejection(send(START, { ...task, ...change })).reason).toContain(
      'expected at most 1048576 bytes in all fields together',
    )
  })

  it('names the first problems, and counts the others', () => {
    const reason = rejection(send(START, { ...task, cli_args: [1, 2, 3, 4, 5] })).reason
    expect(reason).toContain('cli_args[2]')
    expect(reason).not.toContain('cli_args[3]')
    expect(reason).toContain('and 2 more')
  })

  it('never quotes the message, except for the ID', () => {
    const secret = 'hunter2'
    const reasons = [
      { ...task, env: { A: [secret] } },
      { ...task, file: { secret } },
      { ...task, cli_args: [{ secret }] },
      { ...task, inputs: [[secret]] },
      { ...task, name: `${secret}\n` },
    ].map((message) => rejection(send(START, message)).reason)
    const broken = rejection(raw(START, `{"id":"t1","env":{"A":"${secret}"},}`)).reason
    expect([...reasons, broken].join()).not.toContain(secret)
  })

  it('escapes and cuts the ID and the keys that it quotes', () => {
    const { reason } = rejection(send(START, { id: `\u202e"${'x'.repeat(200)}`, env: { 'a\u001b[2J=': 1 } }))
    expect(reason).toMatch(/^[\x20-\x7e…]*$/)
    expect(reason.length).toBeLessThan(500)
  })
})

describe('invoke', () => {
  const command = { id: 't1', invocation_id: 'i1', inputs: [1, '2'], env: { A: '1' } }

  it('is decoded, with numbers as they were written', () => {
    expect(raw(INVOKE, JSON.stringify(command).replace('[1,', '[9007199254740993,'))).toStrictEqual({
      type: 'invoke',
      id: 't1',
      invocation: { id: 'i1' },
      inputs: ['9007199254740993', '2'],
      env: expect.objectContaining({ A: '1' }) as object,
      broadcast: false,
      propletId: undefined,
    })
  })

  it.each([
    { id: 't1' },
    { id: 't1', invocation_id: null, inputs: null, env: null, broadcast: null, proplet_id: null },
    { id: 't1', invocation_id: '', proplet_id: '', file: 7, cli_args: {}, name: null },
  ])('needs only an ID: %o', (message) => {
    expect(send(INVOKE, message)).toStrictEqual({
      type: 'invoke',
      id: 't1',
      invocation: { id: undefined },
      inputs: [],
      env: {},
      broadcast: false,
      propletId: undefined,
    })
  })

  it('keeps variables of any name', () => {
    const decoded = raw(INVOKE, '{"id":"a","env":{"__proto__":"x","A":"1"}}')
    expect(decoded.type === 'invoke' && Object.entries(decoded.env)).toEqual([
      ['__proto__', 'x'],
      ['A', '1'],
    ])
  })

  it.each([
    ['id', { id: '' }],
    ['id', { id: 7 }],
    ['invocation_id', { invocation_id: 7 }],
    ['invocation_id', { invocation_id: 'a\u0000' }],
    ['invocation_id', { invocation_id: 'x'.repeat(257) }],
    ['inputs', { inputs: '1,2' }],
    ['inputs[1]', { inputs: [1, true] }],
    ['inputs', { inputs: Array(1025).fill(1) }],
    ['env.A', { env: { A: 1 } }],
    ['env["A=B"]', { env: { 'A=B': '1' } }],
    ['broadcast', { broadcast: 'true' }],
    ['proplet_id', { proplet_id: 5 }],
  ])('names %s as the problem', (key, change) => {
    const [kind, path, expected] = rejection(send(INVOKE, { ...command, ...change })).reason.split(': ')
    expect(kind).toMatch(/^malformed invoke command/)
    expect(path).toBe(key)
    expect(expected).toMatch(/^expected/)
  })

  it('bounds the text of inputs and variables together', () => {
    const half = 'x'.repeat(5 * 1024 * 1024)
    const { reason } = rejection(send(INVOKE, { ...command, inputs: [half], env: { A: half } }))
    expect(reason).toContain('expected at most 1048576 bytes in all fields together')
  })

  it('never quotes the message, except for the ID', () => {
    const secret = 'hunter2'
    const reasons = [
      { ...command, env: { A: [secret] } },
      { ...command, inputs: [[secret]] },
      { ...command, invocation_id: `${secret}\n` },
    ].map((message) => rejection(send(INVOKE, message)).reason)
    expect(reasons.join()).not.toContain(secret)
  })

  it('that is refused can be answered, with the name of the invocation if it can be read', () => {
    const task = { id: 't1', broadcast: false, propletId: 'p' }
    const broken = { ...command, inputs: 7, proplet_id: 'p' }
    expect(rejection(send(INVOKE, broken)).task).toEqual({ ...task, invocation: { id: 'i1' } })
    expect(rejection(send(INVOKE, { ...broken, invocation_id: 7 })).task).toEqual({
      ...task,
      invocation: { id: undefined },
    })
    expect(rejection(send(INVOKE, { ...broken, proplet_id: 7 })).task).toBeUndefined()
    expect(rejection(send(INVOKE, { ...broken, id: '' })).task).toBeUndefined()
  })
})

describe('the task of a rejection', () => {
  const broken = { ...task, name: 5 }

  it('is the one that the message names', () => {
    expect(rejection(send(START, broken)).task).toEqual({ id: 't1', broadcast: false, propletId: undefined })
    expect(rejection(send(START, { ...broken, broadcast: true, proplet_id: 'p' })).task).toEqual({
      id: 't1',
      broadcast: true,
      propletId: 'p',
    })
    expect(rejection(send(STOP, { id: 't1', broadcast: 'x' })).task).toEqual({
      id: 't1',
      broadcast: false,
      propletId: undefined,
    })
  })

  it.each([
    ['id is unusable', { ...task, id: { a: 1 } }],
    ['id is empty', { ...task, id: '' }],
    ['proplet_id cannot be read', { ...broken, proplet_id: 5 }],
    ['proplet_id cannot be read, though it is a broadcast', { ...broken, broadcast: true, proplet_id: {} }],
  ])('is unknown when its %s', (_, message) => {
    expect(rejection(send(START, message)).task).toBeUndefined()
  })
})

describe('stop', () => {
  it('accepts the short form', () => {
    expect(send(STOP, { id: 't1' })).toStrictEqual({
      type: 'stop',
      id: 't1',
      broadcast: false,
      propletId: undefined,
    })
  })

  it('accepts the whole task, whatever else it holds', () => {
    const whole = { ...task, inputs: { not: 'looked at' }, broadcast: true, proplet_id: 'p' }
    expect(send(STOP, whole)).toStrictEqual({ type: 'stop', id: 't1', broadcast: true, propletId: 'p' })
  })

  it('needs an id', () => {
    expect(rejection(send(STOP, {})).reason).toMatch(
      /^malformed stop command: id: expected a non-empty string/,
    )
  })
})

describe('chunk', () => {
  const chunk = { app_name: 'ghcr.io/a:v1', chunk_idx: 0, total_chunks: 2, data: 'AGFz' }

  it('is decoded to bytes', () => {
    expect(send(CHUNK, chunk)).toStrictEqual({
      type: 'chunk',
      image: 'ghcr.io/a:v1',
      index: 0,
      total: 2,
      data: Uint8Array.of(0, 0x61, 0x73),
    })
  })

  it.each([
    ['app_name', { app_name: '' }],
    ['app_name', { app_name: null }],
    ['chunk_idx', { chunk_idx: -1 }],
    ['chunk_idx', { chunk_idx: 0.5 }],
    ['chunk_idx', { chunk_idx: '0' }],
    ['chunk_idx', { chunk_idx: 2 }],
    ['total_chunks', { total_chunks: 0 }],
    ['total_chunks', { total_chunks: 65537 }],
    ['total_chunks', { total_chunks: null }],
    ['data', { data: 'AGF' }],
    ['data', { data: 'AG z' }],
    ['data', { data: null }],
  ])('names %s as the problem', (key, change) => {
    const { reason, task: named } = rejection(send(CHUNK, { ...chunk, ...change }))
    expect(reason).toMatch(new RegExp(`^malformed chunk[^"]*("[^"]*")?: ${key}: expected`))
    expect(named).toBeUndefined()
  })
})

describe('any message', () => {
  it.each([
    '',
    'control/manager/invoked',
    'control/manager/start/',
    'x/control/manager/start',
    '__proto__',
    'constructor',
  ])('of the topic %j is rejected without a task', (subtopic) => {
    expect(rejection(send(subtopic, task))).toMatchObject({ subtopic, task: undefined })
  })

  it.each([
    ['expected UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['expected UTF-8', Buffer.from('{"id":"\ud800"}', 'utf16le')],
    ['expected valid JSON', ''],
    ['expected valid JSON', '{"id":'],
    ['expected valid JSON', "{'id':1}"],
    ['expected a JSON object', '[]'],
    ['expected a JSON object', 'null'],
    ['expected a JSON object', '"id"'],
  ])('must be readable: %s', (reason, payload) => {
    for (const subtopic of [START, STOP, CHUNK]) {
      expect(rejection(raw(subtopic, payload)).reason).toContain(reason)
    }
  })
})
