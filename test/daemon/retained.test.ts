import { connectAsync } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { cleanup, mosquitto, wire, proxy, proplet } = useDaemons()

const add = { ...inline('add', 'add'), inputs: [1, 2] }
const spin = inline('hostile', 'spin')
const image = 'registry.example/add:1'
const RETAINED: Readonly<Record<string, object>> = {
  'control/manager/start': { id: 'retained', ...add },
  'control/manager/stop': { id: 'running' },
  'control/manager/invoke': { id: 'latent', invocation_id: 'i', inputs: [1, 2] },
  'registry/server': { app_name: image, chunk_idx: 0, total_chunks: 1, data: add.file },
}
const DROPPED = 'Retained message dropped: it may have been acted on before'

/** Publishes a retained message on each topic. */
const retain = async (port: number): Promise<void> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
  cleanup(() => client.endAsync())
  for (const [subtopic, message] of Object.entries(RETAINED))
    await client.publishAsync(`${DEMO_PREFIX}/${subtopic}`, JSON.stringify(message), { qos: 1, retain: true })
}

describe('retained commands (14.6)', () => {
  it('are ignored at every connection, unlike those that are not retained', async () => {
    const { port } = await mosquitto()
    await retain(port)
    const between = await proxy(port)
    const seen = await wire(port)
    const daemon = proplet(between.port)
    const dropped = () => daemon.lines().filter(({ msg }) => msg === DROPPED)
    await daemon.logged('Connected to the broker')
    await expect.poll(dropped).toHaveLength(4)
    expect(dropped().map(({ subtopic }) => subtopic)).toStrictEqual(
      expect.arrayContaining(Object.keys(RETAINED)),
    )
    await seen.start({ id: 'running', ...spin })
    await daemon.logged('Task started')

    between.cut()
    await expect.poll(dropped).toHaveLength(8)
    expect(await seen.run({ id: 'own', ...add })).toMatchObject({ results: '3', error: null })
    expect(seen.on('control/proplet/results')).toHaveLength(1)
    expect(seen.on('control/proplet/invoke_results')).toHaveLength(0)
    await seen.stop('running')
    expect(await seen.result('running')).toMatchObject({ error: 'task stopped' })
  })

  it('run if PROPLET_RETAINED_COMMANDS allows them', async () => {
    const { port } = await mosquitto()
    await retain(port)
    const seen = await wire(port)
    const daemon = proplet(port, { PROPLET_RETAINED_COMMANDS: 'true' })
    expect(await seen.result('retained')).toMatchObject({ results: '3', error: null })
    expect(daemon.lines().filter(({ msg }) => msg === DROPPED)).toHaveLength(0)
  })
})
