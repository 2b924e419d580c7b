import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { journalDirectory } from '../../src/io/journal/index.js'
import { freePort } from '../support/free-port.js'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { broker, directory, proplet, wire } = useDaemons()

const add = (id: string) => ({ id, ...inline('add', 'add'), inputs: [10, 20] })

/** The command line that runs Node.js in its own mount namespace after these shell commands. */
const inNamespace = (commands: string): readonly string[] => [
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-ec',
  `${commands}; exec "$@"`,
  'sh',
]

const readOnly = (path: string) =>
  inNamespace(`mount --bind '${path}' '${path}'; mount -o remount,ro,bind '${path}'`)

const FILLER = 'filler'
/** A small file system with only a few free pages. */
const almostFull = (path: string) =>
  inNamespace(`mount -t tmpfs -o size=512k tmpfs '${path}'; head -c 500000 /dev/zero > '${path}/${FILLER}'`)

const metric = async (port: number, name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])
}

describe('issue 14.3: a state directory', () => {
  it('that is read-only ends the proplet, with the reason, if it was asked for; else it is done without', async () => {
    const port = await broker('embedded')
    const state = directory()
    const refused = proplet(port, {}, { state, within: readOnly(state) })
    expect(await refused.exited).toMatchObject({ code: 1 })
    expect(refused.log()).toContain(`the journal in ${state} cannot be used: EROFS`)
    expect(refused.log()).toContain('set PROPLET_STATE_DIR to another directory, or to none')

    const seen = await wire(port)
    const env = { PROPLET_STATE_DIR: '', XDG_STATE_HOME: state }
    const without = proplet(port, env, { state, within: readOnly(state) })
    await seen.beats(1)
    expect(without.log()).toContain(
      'Running without a journal: commands and results are lost when the process ends',
    )
    expect(await seen.run(add('t'))).toMatchObject({ results: '30' })
  })

  it('that is full: tasks are refused with the reason, and taken again when there is room', async () => {
    const port = await broker('embedded')
    const seen = await wire(port)
    const state = directory()
    const ops = await freePort()
    const env = { PROPLET_METRICS_ENABLED: 'true', PROPLET_METRICS_PORT: String(ops) }
    const readiness = async () => {
      const response = await fetch(`http://127.0.0.1:${ops}/readyz`)
      return [response.status, await response.json()]
    }
    const started = proplet(port, env, { state, within: almostFull(state) })
    await seen.beats(1)
    // The disk has no room for this message.
    const large = { ...add('large'), metadata: { padding: 'x'.repeat(100_000) } }
    const refused = await seen.run(large)
    expect(refused['error']).toMatch(/^task refused: the journal cannot be written: .*no space left/i)
    expect(await readiness()).toEqual([
      503,
      expect.objectContaining({
        checks: expect.objectContaining({
          journal: expect.stringMatching(/^the journal cannot be written: .*no space left/i) as string,
        }) as object,
      }),
    ])
    rmSync(`/proc/${started.process.pid ?? 0}/root${state}/${FILLER}`)
    // No task is sent meanwhile, because nobody may send any to a proplet that is not ready.
    await started.logged('Journal works again')
    expect(await seen.run({ ...large, id: 'again' })).toMatchObject({ results: '30', error: null })
    expect(await readiness()).toMatchObject([200, { checks: { journal: 'ok' } }])
  })

  it('that another proplet of this id uses ends the second one, with the reason, and does not disturb the first', async () => {
    const port = await broker('embedded')
    const seen = await wire(port)
    const first = proplet(port)
    await seen.beats(1)
    const second = proplet(port, {}, { id: first.id, state: first.state })
    expect(await second.exited).toMatchObject({ code: 1 })
    expect(second.log()).toContain(`the journal in ${first.state} cannot be used: another proplet uses it`)
    expect(await seen.run(add('t'))).toMatchObject({ results: '30' })
    expect(first.log()).not.toContain('Disconnected')
  })

  it('with a damaged header does not stop the start: the file is put aside, logged, and counted', async () => {
    const port = await broker('embedded')
    const seen = await wire(port)
    const first = proplet(port)
    await seen.beats(1)
    expect(await seen.run(add('t'))).toMatchObject({ results: '30' })
    first.process.kill('SIGKILL')
    await first.exited
    const identity = ['demo-domain', 'demo-channel', first.id]
    const file = join(journalDirectory(first.state, identity), '000000000001.log')
    const content = readFileSync(file)
    // The version; with a checksum that matches, the start would be refused as for a newer release.
    content.writeUInt8(0xff, 9)
    writeFileSync(file, content)
    const ops = await freePort()
    const env = { PROPLET_METRICS_ENABLED: 'true', PROPLET_METRICS_PORT: String(ops) }
    const second = proplet(port, env, { id: first.id, state: first.state })
    await seen.beats(2)
    expect(await seen.run(add('after'))).toMatchObject({ results: '30' })
    expect(second.log()).toContain('Journal file set aside: its header is damaged')
    expect(readFileSync(`${file}.damaged`)).toEqual(content)
    expect(await metric(ops, 'proplet_journal_damaged_files_total')).toBe(1)
    expect(await metric(ops, 'proplet_journal_damaged_bytes_total')).toBe(content.length)
  })
})

/** Sets the clock of the process back by an hour at SIGUSR2, as an NTP client may. */
const SET_BACK = `
const now = Date.now
let backMs = 0
process.on('SIGUSR2', () => { backMs = 3_600_000; process.stdout.write('{"level":"info","msg":"clock set back"}\\n') })
globalThis.Date = class extends Date {
  constructor(...given) { super(...(given.length === 0 ? [now() - backMs] : given)) }
  static now() { return now() - backMs }
}
`

it('issue 14.3: the clock set back an hour: heartbeats, held results and the journal go on as before', async () => {
  const port = await broker('embedded')
  const seen = await wire(port)
  const preload = join(directory(), 'set-back.mjs')
  writeFileSync(preload, SET_BACK)
  const env = {
    NODE_OPTIONS: `--import=${preload}`,
    PROPLET_LIVELINESS_INTERVAL: '1s',
    PROPLET_METRICS_INTERVAL: '1s',
    PROPLET_RESULT_HOLD_MS: '300',
  }
  const first = proplet(port, env)
  await seen.until(() => seen.on('control/proplet/metrics').length > 0)
  await seen.start(add('held across it'))
  await first.logged('Task accepted')
  first.process.kill('SIGUSR2')
  await first.logged('clock set back')
  expect(await seen.result('held across it')).toMatchObject({ results: '30' })
  expect(await seen.run(add('after it'))).toMatchObject({ results: '30' })
  const [beats, metrics] = [seen.alive().length, seen.on('control/proplet/metrics').length]
  await seen.until(() => seen.alive().length >= beats + 2)
  await seen.until(() => seen.on('control/proplet/metrics').length >= metrics + 2)
  const stamps = seen.on('control/proplet/metrics').map(({ body }) => Date.parse(String(body['timestamp'])))
  // The clock was indeed set back.
  expect(Math.max(...stamps) - (stamps.at(-1) ?? 0)).toBeGreaterThan(3_500_000)
  const from = first.lines().length
  await seen.start({ id: 'running', ...inline('ticker', '_start') })
  await first.logged('Task started', from)
  first.process.kill('SIGKILL')
  await first.exited
  proplet(port, {}, { id: first.id, state: first.state })
  expect(await seen.result('running')).toMatchObject({ error: 'interrupted by a restart of the proplet' })
  expect(seen.on('control/proplet/results')).toHaveLength(3)
})
