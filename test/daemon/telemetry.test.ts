import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startDaemon } from '../../src/dev/daemon.js'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { broker, cleanup, directory, proplet, proxy, wire } = useDaemons()

const script = fileURLToPath(new URL('../../examples/telemetry.mjs', import.meta.url))

describe('examples/telemetry.mjs', () => {
  it('is a proplet that also counts outcomes of tasks and changes of the connection', async () => {
    const port = await broker('embedded')
    const between = await proxy(port)
    const seen = await wire(port)
    const own = proplet(between.port, {}, { script })
    await seen.beats(1)
    const add = { ...inline('add', 'add'), inputs: [10, 20] }
    expect(await seen.run({ id: 'completed 1', ...add })).toMatchObject({ results: '30' })
    await seen.run({ id: 'completed 2', ...add })
    await seen.run({ id: 'failed', ...inline('hostile', 'trap') })
    await seen.start({ id: 'stopped', ...inline('hostile', 'spin') })
    await seen.stop('stopped')
    await seen.result('stopped')
    between.cut()
    const told = () => seen.on('telemetry/tasks')
    await seen.until(() => told().at(-1)?.body['linked'] === 2 && told().at(-1)?.body['stopped'] === 1)
    expect(told().at(-1)?.body).toStrictEqual({
      proplet_id: own.id,
      completed: 2,
      failed: 1,
      stopped: 1,
      linked: 2,
      lost: 1,
    })
    expect(await own.stop()).toBe(0)
    await seen.until(() => seen.alive('offline').length > 1)
    expect(own.stderr()).toBe('')
  })

  it('reports what is wrong with its configuration', async () => {
    const own = startDaemon({}, [], { script, stderr: 'pipe', cwd: directory() })
    cleanup(() => own.process.kill('SIGKILL'))
    expect((await own.exited).code).toBe(1)
    expect(own.stderr()).toContain('PROPLET_DOMAIN_ID is required and not set')
  })
})
