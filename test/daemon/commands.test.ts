import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BROKERS, useDaemons, type Site } from '../support/daemon.js'
import { fixture, inline, type Wire } from '../support/wire.js'

const { site } = useDaemons('all')

const add = inline('add', 'add')

describe.each(BROKERS)('commands, over the %s broker', (kind) => {
  let wire: Wire
  let proplet: Site['proplet']
  let number = 0
  beforeAll(async () => {
    ;({ wire, proplet } = await site(kind))
  })
  afterAll(async () => {
    expect(await proplet.stop()).toBe(0)
    expect(proplet.stderr()).toBe('')
  })

  const next = () => `task-${number++}`
  const completed = (id: string, results: string) => ({
    task_id: id,
    proplet_id: proplet.id,
    results,
    error: null,
  })
  /** Everything sent earlier was processed by the time this task has its result. */
  const settled = () => wire.run({ id: next(), ...add, inputs: [1, 1] })

  it.each([
    ['numbers', [10, 20], '30'],
    ['numbers as strings', ['10', '20'], '30'],
    ['both', [-10, '20'], '10'],
  ])('adds %s', async (_, inputs, sum) => {
    const id = next()
    expect(await wire.run({ id, ...add, inputs })).toStrictEqual(completed(id, sum))
  })

  it('keeps every digit of a 64-bit integer', async () => {
    const id = next()
    const command = JSON.stringify({ id, ...inline('numbers', 'i64'), inputs: ['N'] })
    await wire.publish('control/manager/start', Buffer.from(command.replace('"N"', '9007199254740993')))
    expect(await wire.result(id)).toStrictEqual(completed(id, '9007199254740993'))
    const text = next()
    const low = '-9223372036854775808'
    expect(await wire.run({ id: text, ...inline('numbers', 'i64'), inputs: [low] })).toStrictEqual(
      completed(text, low),
    )
  })

  it('runs a program with arguments and environment', async () => {
    const id = next()
    const command = { id, ...inline('args-env', '_start'), inputs: ['a b', 7], env: { GREETING: 'hello' } }
    expect(await wire.run(command)).toStrictEqual(
      completed(
        id,
        `arg 0: _start\narg 1: a b\narg 2: 7\nenv: GREETING=hello\nenv: PROPLET_ID=${proplet.id}\n`,
      ),
    )
  })

  it("keeps a program's stderr out of the results, and logs it", async () => {
    const id = next()
    expect(await wire.run({ id, ...inline('exit', '_start') })).toStrictEqual(completed(id, 'to stdout\n'))
    await expect
      .poll(() => proplet.lines())
      .toContainEqual(expect.objectContaining({ task: id, stream: 'stderr', msg: 'to stderr' }))
  })

  it.each([
    ['a trap', inline('hostile', 'trap'), [], /unreachable/, ''],
    ['an exit status', inline('exit', '_start'), ['3'], /exited with status 3.*to stderr/, 'to stdout\n'],
    ['an argument that does not fit', add, ['x', 1], /argument 1.*i32|i32.*argument 1/, ''],
    ['a wrong number of arguments', add, [1], /takes 2 .*found 1/, ''],
    ['an import nobody has', inline('unknown-import', 'answer'), [], /env.missing/, ''],
    ['what is no module', { name: 'add', file: 'AAAA' }, [], /WebAssembly/, ''],
    [
      'a component without exports',
      { name: 'run', file: Buffer.from('\0asm\x0d\0\x01\0', 'latin1').toString('base64') },
      [],
      /the component exports no functions/,
      '',
    ],
  ])('answers %s with a failure', async (_, command, inputs, error, results) => {
    const id = next()
    expect(await wire.run({ id, ...command, inputs })).toStrictEqual({
      ...completed(id, results),
      error: expect.stringMatching(error) as string,
    })
  })

  it('accepts the form of v0.4, with null for unset keys, and with unknown keys', async () => {
    const id = next()
    const unset = {
      image_url: null,
      cli_args: null,
      env: null,
      broadcast: null,
      daemon: null,
      latent: null,
      encrypted: null,
      kbs_resource_path: null,
      monitoring_profile: null,
      proplet_id: null,
    }
    const command = { id, state: 0, ...add, inputs: [1, 2], ...unset, priority: 50, shiny: { new: [true] } }
    expect(await wire.run(command)).toStrictEqual(completed(id, '3'))
  })

  it('acts if the command names it, or no proplet, or all of them, and is silent otherwise', async () => {
    const [other, named, empty, all] = [next(), next(), next(), next()]
    await wire.start({ id: other, ...add, inputs: [1, 2], proplet_id: 'another' })
    await wire.publish('control/manager/start', { id: other, proplet_id: 'another', file: 7 })
    await wire.run({ id: named, ...add, inputs: [1, 2], proplet_id: proplet.id })
    await wire.run({ id: empty, ...add, inputs: [1, 2], proplet_id: '' })
    await wire.run({ id: all, ...add, inputs: [1, 2], proplet_id: 'another', broadcast: true })
    expect(wire.resultsOf(other)).toStrictEqual([])
    expect([named, empty, all].map((id) => wire.resultsOf(id).length)).toStrictEqual([1, 1, 1])
  })

  it.each([
    ['without a name', { file: add.file }, /name: expected a non-empty string/],
    ['without a binary', { name: 'add' }, /neither file nor image_url/],
    ['with broken base64', { name: 'add', file: 'AGFzbQ=' }, /base64/],
    ['with inputs that are no list', { ...add, inputs: 'x' }, /inputs: expected/],
    [
      'that is encrypted',
      { name: 'x', image_url: 'r/x:v1', encrypted: true, kbs_resource_path: 'a/b/c' },
      /TEE runtime not available/,
    ],
  ])('refuses a command %s, with the reason', async (_, command, error) => {
    const id = next()
    expect(await wire.run({ id, ...command })).toStrictEqual({
      ...completed(id, ''),
      error: expect.stringMatching(error) as string,
    })
  })

  it.each([
    ['text', Buffer.from('start it'), 'expected valid JSON'],
    ['nothing', Buffer.alloc(0), 'expected valid JSON'],
    ['what is no UTF-8', Buffer.from([0x7b, 0xff]), 'expected UTF-8'],
    ['a list', Buffer.from('[]'), 'expected a JSON object'],
    ['5 MB of brackets', Buffer.from(`{"x":${'['.repeat(5_000_000)}`), 'nested at most'],
    ['a command without an id', Buffer.from('{"name":"add"}'), 'id: expected a non-empty string'],
  ])('only logs %s, and continues', async (_, payload, reason) => {
    const before = proplet.lines().length
    const results = wire.on('control/proplet/results').length
    await wire.publish('control/manager/start', payload)
    const line = await proplet.logged('Message refused', before)
    expect(line).toMatchObject({ level: 'warn', reason: expect.stringContaining(reason) as string })
    await settled()
    expect(wire.on('control/proplet/results')).toHaveLength(results + 1)
  })

  describe('a stop', () => {
    it('ends an endless loop', async () => {
      const id = next()
      const before = proplet.lines().length
      await wire.start({ id, ...inline('hostile', 'spin') })
      await proplet.logged('Task started', before)
      await wire.stop(id)
      expect(await wire.result(id)).toStrictEqual({ ...completed(id, ''), error: 'task stopped' })
    })

    it('keeps what a program has written', async () => {
      const id = next()
      const before = proplet.lines().length
      await wire.start({ id, ...inline('ticker', '_start') })
      await proplet.logged('tick', before)
      await wire.stop(id)
      expect(await wire.result(id)).toStrictEqual({
        ...completed(id, expect.stringMatching(/^(tick\n)+$/) as string),
        error: 'task stopped',
      })
    })

    it('stops a task right after its start', async () => {
      const id = next()
      await Promise.all([wire.start({ id, ...inline('hostile', 'spin') }), wire.stop(id)])
      expect(await wire.result(id)).toStrictEqual({ ...completed(id, ''), error: 'task stopped' })
    })

    it('for another proplet, or for an unknown task, does nothing', async () => {
      const id = next()
      const before = proplet.lines().length
      await wire.start({ id, ...inline('ticker', '_start') })
      await proplet.logged('tick', before)
      await wire.stop(id, { proplet_id: 'another' })
      await wire.stop('never-heard-of')
      await proplet.logged('Stop ignored: no such task here', before)
      await settled()
      expect(wire.resultsOf(id)).toStrictEqual([])
      expect(wire.resultsOf('never-heard-of')).toStrictEqual([])
      await wire.stop(id, { broadcast: true, proplet_id: 'another' })
      expect((await wire.result(id))['error']).toBe('task stopped')
    })

    it('in the form of v0.3, with the whole task, works too', async () => {
      const id = next()
      const command = { id, ...inline('hostile', 'spin'), state: 1, inputs: null }
      await wire.start(command)
      await wire.stop(id, command)
      expect((await wire.result(id))['error']).toBe('task stopped')
    })
  })

  describe('a daemon task', () => {
    it('has its result at its start, and none when it is stopped later (14.7)', async () => {
      const id = next()
      const before = proplet.lines().length
      expect(await wire.run({ id, ...inline('ticker', '_start'), daemon: true })).toStrictEqual(
        completed(id, ''),
      )
      await proplet.logged('tick', before)
      await wire.stop(id)
      await proplet.logged('Task stopped', before)
      await settled()
      expect(wire.resultsOf(id)).toHaveLength(1)
    })

    it('has no further result if it ends well, and one if it fails (14.7)', async () => {
      const [well, badly] = [next(), next()]
      await wire.start({ id: well, ...inline('ticker', 'thrice'), daemon: true })
      await wire.start({ id: badly, ...inline('ticker', 'fail'), daemon: true })
      expect(await wire.result(badly, 2)).toMatchObject({
        error: expect.stringContaining('status 3') as string,
      })
      await wire.run({ id: well, ...add, inputs: [1, 2] })
      expect(wire.resultsOf(well).map(({ body }) => body['results'])).toStrictEqual(['', '3'])
      expect(wire.resultsOf(badly).map(({ body }) => body['error'])).toStrictEqual([
        null,
        expect.any(String) as string,
      ])
    })
  })

  it('runs a start that is delivered twice only once', async () => {
    const id = next()
    const before = proplet.lines().length
    const command = { id, ...add, inputs: [1, 2] }
    await Promise.all([wire.start(command), wire.start(command)])
    await proplet.logged('Duplicate start ignored', before)
    await settled()
    expect(wire.resultsOf(id)).toHaveLength(1)
  })

  it('accepts a binary as large as a packet may be', async () => {
    const section = Buffer.alloc(5_000_000)
    const name = Buffer.from([4, 0x6a, 0x75, 0x6e, 0x6b])
    const size = section.length + name.length
    const leb = Buffer.from([
      (size & 0x7f) | 0x80,
      ((size >> 7) & 0x7f) | 0x80,
      ((size >> 14) & 0x7f) | 0x80,
      size >> 21,
    ])
    const file = Buffer.concat([fixture('add'), Buffer.of(0), leb, name, section]).toString('base64')
    const id = next()
    expect(await wire.run({ id, name: 'add', file, inputs: [1, 2] })).toStrictEqual(completed(id, '3'))
  })
})
