import { randomUUID } from 'node:crypto'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/dev/json.js'
import { childrenOf, useDaemons, type Site } from '../support/daemon.js'
import { fixture, inline, type Command, type Wire } from '../support/wire.js'

const { site, registry } = useDaemons('all')

const IMAGE = 'registry.example/latent/args-env:v1'
const WITHIN = { timeout: 10_000 }
const add = inline('add', 'add')

/** `add` with a custom section, too large to be kept in memory. */
const paddedAdd = Buffer.concat([
  fixture('add'),
  Buffer.from([0, 0x80, 0x80, 0x20, 4, ...Buffer.from('fill')]),
  Buffer.alloc(512 * 1024 - 5),
])

const cached = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

describe('latent tasks, over mosquitto', () => {
  let wire: Wire
  let proplet: Site['proplet']
  beforeAll(async () => {
    const started = await site('mosquitto', { PROPLET_MAX_TASKS: '2', PROPLET_MAX_LATENT: '4' })
    ;({ wire, proplet } = started)
    await registry(started.port, { images: new Map([[IMAGE, fixture('args-env')]]) })
  })
  afterAll(async () => {
    expect(await proplet.stop()).toBe(0)
    expect(proplet.stderr()).toBe('')
  })

  const invoke = async (id: string, command: JsonObject = {}): Promise<JsonObject> => {
    const invocation = randomUUID()
    await wire.invoke({ id, invocation_id: invocation, ...command })
    return wire.invoked(id, invocation)
  }
  const answer = (results: string, error: unknown = null) =>
    expect.objectContaining({ proplet_id: proplet.id, results, error }) as JsonObject
  const failure = (error: RegExp, results = '') => answer(results, expect.stringMatching(error))
  /** Everything sent earlier was processed by the time this task has its result. */
  const settled = () => wire.run({ id: randomUUID(), ...add, inputs: [1, 1] })
  const logged = (id: string, line: string) =>
    proplet.lines().filter(({ task, msg }) => task === id && msg === line).length
  const running = (id: string, n: number) =>
    expect.poll(() => logged(id, 'Invocation started'), WITHIN).toBe(n)

  it('answers each of many concurrent invocations with its own ID and result, and the start not at all', async () => {
    await wire.start({ id: 'sums', ...add, inputs: [100, 100], latent: true })
    const commands = Array.from({ length: 20 }, (_, n) => ({
      id: 'sums',
      invocation_id: `i-${n}`,
      inputs: [n, String(n)],
    }))
    await Promise.all(commands.map((command) => wire.invoke(command)))
    const answers = await Promise.all(
      commands.map(({ invocation_id }) => wire.invoked('sums', invocation_id)),
    )
    expect(answers).toStrictEqual(
      commands.map(({ invocation_id }, n) => ({
        task_id: 'sums',
        invocation_id,
        proplet_id: proplet.id,
        results: String(2 * n),
        error: null,
      })),
    )
    await settled()
    expect(wire.invokeResultsOf('sums')).toHaveLength(20)
    expect(wire.resultsOf('sums')).toStrictEqual([])
  })

  it('keeps every digit of a 64-bit integer', async () => {
    await wire.start({ id: 'digits', ...inline('numbers', 'i64'), latent: true })
    const command = JSON.stringify({ id: 'digits', invocation_id: 'n', inputs: ['N'] })
    await wire.publish('control/manager/invoke', Buffer.from(command.replace('"N"', '9007199254740993')))
    expect(await wire.invoked('digits', 'n')).toStrictEqual(answer('9007199254740993'))
    await wire.stop('digits')
  })

  it('waits for a task that is still being fetched, and overrides variables of the start', async () => {
    const env = { GREETING: 'of the start' }
    const id = `env: PROPLET_ID=${proplet.id}\n`
    await wire.start({ id: 'env', name: '_start', image_url: IMAGE, latent: true, env })
    expect(await invoke('env', { inputs: ['x'] })).toStrictEqual(
      answer(`arg 0: _start\narg 1: x\nenv: GREETING=of the start\n${id}`),
    )
    expect(await invoke('env', { env: { GREETING: 'own' } })).toStrictEqual(
      answer(`arg 0: _start\nenv: GREETING=own\n${id}`),
    )
    expect(await invoke('env')).toStrictEqual(answer(`arg 0: _start\nenv: GREETING=of the start\n${id}`))
    await wire.stop('env')
  })

  it('keeps a binary on disk, and asks to deploy the task again if it was damaged', async () => {
    const command = { id: 'large', name: 'add', file: paddedAdd.toString('base64'), latent: true }
    await wire.start(command)
    expect(await invoke('large', { inputs: [1, 2] })).toStrictEqual(answer('3'))
    const [file] = cached(proplet.cache).filter((path) => statSync(path).size === paddedAdd.length)
    if (file === undefined) throw new Error('not in the cache')
    writeFileSync(file, 'damaged')
    // Guests that have compiled it do not need the file.
    for (const pid of childrenOf(proplet.process.pid)) process.kill(pid, 'SIGKILL')
    await expect
      .poll(() => invoke('large', { inputs: [1, 2] }), WITHIN)
      .toMatchObject({
        error: expect.stringMatching(/has not been precompiled any more: .*digest/) as string,
      })
    await wire.start(command)
    expect(await invoke('large', { inputs: [1, 2] })).toStrictEqual(answer('3'))
    await wire.stop('large')
  })

  it('runs typed exports of a component', async () => {
    await wire.start({ id: 'typed', ...inline('components/typed', 'echo-pair'), latent: true })
    const pair = '{left: "both", right: some(7)}'
    expect(await invoke('typed', { inputs: [pair] })).toStrictEqual(answer(pair))
    expect(await invoke('typed', { inputs: ['{}'] })).toStrictEqual(failure(/argument 1/))
    await wire.stop('typed')
  })

  it('answers an unknown ID with the error that the Manager recognises', async () => {
    expect(await invoke('nobody')).toStrictEqual(
      answer('', 'task nobody has not been precompiled; deploy it as a latent task first'),
    )
  })

  it('ends running invocations at a stop, says so in their results, has none itself (14.7), and forgets the task', async () => {
    await wire.start({ id: 'loop', ...inline('hostile', 'spin'), latent: true })
    await Promise.all(['a', 'b', 'c'].map((invocation_id) => wire.invoke({ id: 'loop', invocation_id })))
    await running('loop', 2)
    await wire.stop('loop')
    for (const invocation of ['a', 'b', 'c'])
      expect(await wire.invoked('loop', invocation)).toStrictEqual(answer('', 'task stopped'))
    // The Manager would mark the stopped job as failed.
    expect(wire.resultsOf('loop')).toHaveLength(0)
    expect(await invoke('loop')).toStrictEqual(failure(/has not been precompiled/))
  })

  it('is replaced by a new start, latent or not', async () => {
    // A start within 25 ms counts as a redelivery.
    const restart = (command: Command, replaced: number) =>
      expect
        .poll(async () => {
          await wire.start(command)
          await settled()
          return logged(command.id, 'Latent task replaced')
        }, WITHIN)
        .toBe(replaced)
    await wire.start({ id: 'again', ...add, latent: true })
    expect(await invoke('again', { inputs: [1, 2] })).toStrictEqual(answer('3'))
    await restart({ id: 'again', ...inline('numbers', 'i64'), latent: true }, 1)
    expect(await invoke('again', { inputs: [5] })).toStrictEqual(answer('5'))
    expect(wire.resultsOf('again')).toStrictEqual([])
    await restart({ id: 'again', ...add, inputs: [2, 2] }, 2)
    expect(await wire.result('again')).toStrictEqual(answer('4'))
    expect(await invoke('again', { inputs: [5] })).toStrictEqual(failure(/has not been precompiled/))
  })

  it('runs an invocation that is delivered twice once, and unnamed ones every time', async () => {
    await wire.start({ id: 'once', ...inline('hostile', 'spin'), latent: true })
    await wire.invoke({ id: 'once', invocation_id: 'i' })
    await wire.invoke({ id: 'once', invocation_id: 'i' })
    await running('once', 1)
    await wire.stop('once')
    await wire.invoked('once', 'i')
    await settled()
    expect(wire.invokeResultsOf('once')).toHaveLength(1)

    const inputs = [1, 2]
    await wire.start({ id: 'unnamed', ...add, latent: true })
    await Promise.all([wire.invoke({ id: 'unnamed', inputs }), wire.invoke({ id: 'unnamed', inputs })])
    expect(await wire.invoked('unnamed', '', 2)).toStrictEqual(answer('3'))
    await wire.stop('unnamed')
  })

  it.each([
    ['a bad binary', { name: 'add', file: 'AGFzbQ==' }, /WebAssembly/],
    ['a component that serves HTTP', inline('components/http', 'x'), /cannot be invoked/],
  ])('fails to deploy %s with a result, and fails waiting invocations likewise', async (_, start, error) => {
    const id = randomUUID()
    await wire.start({ id, ...start, latent: true })
    await wire.invoke({ id, invocation_id: 'waits' })
    expect(await wire.result(id)).toStrictEqual(failure(error))
    expect(await wire.invoked(id, 'waits')).toStrictEqual(
      failure(/latent task failed|has not been precompiled/),
    )
  })

  it('refuses more of them than the cap', async () => {
    const ids = ['cap-1', 'cap-2', 'cap-3', 'cap-4', 'cap-5']
    await wire.stop('sums')
    for (const id of ids) await wire.start({ id, ...add, latent: true })
    expect(await wire.result('cap-5')).toStrictEqual(
      answer('', 'task refused: 4 latent tasks are deployed already'),
    )
    for (const id of ids) await wire.stop(id)
  })

  it.each([
    [{ invocation_id: 'x', inputs: 'no list' }, 'x', /^command refused: .*inputs: expected/],
    [{ invocation_id: 7 }, '', /^command refused: .*invocation_id: expected/],
  ])('answers a malformed invocation %o', async (command, invocation, error) => {
    const id = randomUUID()
    await wire.invoke({ id, ...command })
    expect(await wire.invoked(id, invocation)).toStrictEqual(failure(error))
  })

  it('is silent about commands for another proplet', async () => {
    const id = randomUUID()
    await wire.start({ id, ...add, latent: true, proplet_id: proplet.id })
    await wire.invoke({ id, invocation_id: 'x', proplet_id: 'another' })
    await wire.invoke({ id, invocation_id: 'y', proplet_id: 'another', inputs: 7 })
    const all = { proplet_id: 'another', broadcast: true, inputs: [1, 2] }
    expect(await invoke(id, all)).toStrictEqual(answer('3'))
    expect(wire.invokeResultsOf(id)).toHaveLength(1)
  })

  it('ends silently with the proplet, which answers invocations that it no longer runs', async () => {
    const { wire: own, proplet: leaving } = await site('embedded', { PROPLET_MAX_TASKS: '1' })
    await own.start({ id: 'idle', ...add, latent: true })
    await own.start({ id: 'busy', ...inline('hostile', 'spin'), latent: true })
    await own.invoke({ id: 'busy', invocation_id: 'runs' })
    const seen = (line: string) => leaving.lines().filter(({ msg }) => msg === line).length
    await expect.poll(() => seen('Invocation started'), WITHIN).toBe(1)
    await own.invoke({ id: 'idle', invocation_id: 'waits' })
    await expect.poll(() => seen('Invocation accepted'), WITHIN).toBe(2)
    leaving.process.kill('SIGTERM')
    expect(await own.invoked('idle', 'waits')).toMatchObject({
      error: expect.stringContaining('shutting down') as string,
    })
    await own.invoke({ id: 'idle', invocation_id: 'late' })
    expect(await own.invoked('idle', 'late')).toMatchObject({
      error: expect.stringContaining('shutting down') as string,
    })
    await own.stop('busy')
    expect(await own.invoked('busy', 'runs')).toMatchObject({ error: 'task stopped' })
    expect(await leaving.exited).toMatchObject({ code: 0 })
    expect([...own.resultsOf('idle'), ...own.resultsOf('busy')]).toStrictEqual([])
  })
})
