import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { childrenOf, gone, useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { directory, site } = useDaemons()

const spin = { id: 'spin', ...inline('hostile', 'spin') }
const STOPPING = 'taking no more tasks'

describe('SIGTERM', () => {
  it('lets a running task finish; waiting, endless and new tasks fail; then the proplet goes offline', async () => {
    const shared = directory()
    const { wire, proplet } = await site('embedded', { PROPLET_DIRS: shared, PROPLET_MAX_TASKS: '1' })
    const wait = inline('await-file', 'wait')
    await wire.run({ id: 'daemon', ...inline('ticker', '_start'), daemon: true })
    const before = proplet.lines().length
    await wire.start({ id: 'running', ...wait, inputs: [1] })
    await proplet.logged('Task started', before)
    await wire.start({ id: 'waiting', ...wait, inputs: [1] })
    const stopped = proplet.stop()
    await proplet.logged(STOPPING)

    expect(await wire.result('waiting')).toMatchObject({
      error: 'task not started: the proplet is shutting down',
    })
    expect(await wire.result('daemon', 2)).toMatchObject({
      error: expect.stringContaining('interrupted by the shutdown') as string,
    })
    expect(await wire.run({ id: 'late', ...wait, inputs: [1] })).toMatchObject({
      error: 'task not started: the proplet is shutting down',
    })
    expect(wire.resultsOf('running')).toStrictEqual([])
    writeFileSync(join(shared, '1'), '')
    expect(await wire.result('running')).toMatchObject({ results: '1', error: null })
    expect(await stopped).toBe(0)
    await wire.until(() => wire.alive('offline').length > 0)
    expect(wire.messages.at(-1)?.body).toMatchObject({ status: 'offline' })
    expect(wire.messages.at(-2)?.body).toMatchObject({ task_id: 'running' })
  })

  it('still obeys a stop while tasks finish', async () => {
    const { wire, proplet } = await site('embedded')
    await wire.start(spin)
    await proplet.logged('Task started')
    const stopped = proplet.stop()
    await proplet.logged(STOPPING)
    await wire.stop('spin')
    expect(await wire.result('spin')).toMatchObject({ error: 'task stopped' })
    expect(await stopped).toBe(0)
  })

  it.each(['process', 'thread'])(
    'interrupts a task that does not end in time, in a %s',
    async (isolation) => {
      const { wire, proplet } = await site('embedded', {
        PROPLET_SHUTDOWN_TIMEOUT: '300ms',
        PROPLET_ISOLATION: isolation,
      })
      await wire.start(spin)
      await proplet.logged('Task started')
      expect(await proplet.stop()).toBe(0)
      expect(await wire.result('spin')).toMatchObject({
        results: '',
        error: expect.stringContaining('interrupted by the shutdown') as string,
      })
    },
  )

  it('leaves no process and no file', async () => {
    const { wire, proplet } = await site('embedded', { PROPLET_CACHE_DIR: 'none' })
    await wire.run({ id: 'add', ...inline('add', 'add'), inputs: [1, 2] })
    await wire.run({ id: 'args', ...inline('args-env', '_start') })
    const children = childrenOf(proplet.process.pid)
    expect(children.length).toBeGreaterThan(0)
    await proplet.stop()
    await gone(children)
    expect(readdirSync(proplet.temporary)).toStrictEqual([])
  })
})

describe('a second signal', () => {
  it.each([
    ['SIGTERM', 'process', 143],
    ['SIGINT', 'process', 130],
    ['SIGTERM', 'thread', 143],
  ] as const)('%s ends it at once, and a task that loops in a %s', async (signal, isolation, code) => {
    const { wire, proplet } = await site('embedded', { PROPLET_ISOLATION: isolation })
    await wire.start(spin)
    await proplet.logged('Task started')
    const children = childrenOf(proplet.process.pid)
    proplet.process.kill('SIGTERM')
    await proplet.logged(STOPPING)
    expect(await proplet.stop(signal)).toBe(code)
    await gone(children)
    await wire.until(() => wire.alive('offline').length > 0)
  })
})

describe('kill -9', () => {
  it('takes the children down, idle or in an endless loop', async () => {
    const { wire, proplet } = await site('embedded', { PROPLET_WARM: '2' })
    await wire.start(spin)
    await proplet.logged('Task started')
    await expect.poll(() => childrenOf(proplet.process.pid).length).toBeGreaterThan(1)
    const children = childrenOf(proplet.process.pid)
    await proplet.stop('SIGKILL')
    await gone(children)
  })
})
