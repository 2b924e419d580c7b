import { describe, expect, it } from 'vitest'
import { packageVersion } from '../../src/host/version.js'
import { BROKERS, useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { broker, wire, proxy, proplet, site } = useDaemons()

describe.each(BROKERS)('with the %s broker', (kind) => {
  it('announces itself once, with all required metadata, and sends a heartbeat at each connection', async () => {
    const port = await broker(kind)
    const between = await proxy(port)
    const seen = await wire(port)
    const { id, logged, lines } = proplet(between.port, {
      PROPLET_DESCRIPTION: 'at the gate',
      PROPLET_TAGS: 'edge,arm',
      PROPLET_LOCATION: 'hall 3',
      PROPLET_MANAGER_K8S_NAMESPACE: 'plant',
    })
    await seen.beats(1)
    const [discovery, heartbeat] = seen.messages
    expect(discovery).toMatchObject({
      subtopic: 'control/proplet/create',
      body: {
        proplet_id: id,
        namespace: 'plant',
        metadata: {
          description: 'at the gate',
          tags: ['edge', 'arm'],
          location: 'hall 3',
          environment: expect.stringMatching(/^(docker|binary)$/) as string,
          os: process.platform,
          hostname: expect.any(String) as string,
          cpu_arch: expect.stringMatching(/^(amd64|arm64)$/) as string,
          total_memory_bytes: expect.any(Number) as number,
          proplet_version: packageVersion().version,
          wasm_runtime: 'v8-internal',
        },
      },
    })
    expect(heartbeat).toMatchObject({
      subtopic: 'control/proplet/alive',
      body: { proplet_id: id, status: 'alive', namespace: 'plant' },
    })
    const before = lines().length
    between.cut()
    await logged('Connected to the broker', before)
    await seen.beats(2)
    expect(seen.on('control/proplet/create')).toHaveLength(1)
    expect(seen.on('control/proplet/metrics')).toHaveLength(0)
  })

  it('sends heartbeats on time', async () => {
    const { wire: seen } = await site(kind, { PROPLET_LIVELINESS_INTERVAL: '300ms' })
    const beats = (await seen.beats(4)).slice(0, 4)
    const gaps = beats.slice(1).map(({ at }, n) => at - (beats[n]?.at ?? 0))
    expect(Math.max(...gaps)).toBeLessThan(2000)
    expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThan(600)
  })

  it('is announced as offline by the broker if killed, and by itself if stopped; commands wait for it', async () => {
    const { port, wire: seen, proplet: first } = await site(kind)
    const offline = { status: 'offline', proplet_id: first.id, namespace: 'default' }
    first.process.kill('SIGKILL')
    const [will] = await seen.until(() => seen.alive('offline').length > 0 && seen.alive('offline'))
    expect(will?.body).toStrictEqual(offline)

    await seen.start({ id: 'sent meanwhile', ...inline('add', 'add'), inputs: [10, 20] })
    const second = proplet(port, {}, { id: first.id })
    await seen.beats(2)
    expect(await seen.result('sent meanwhile')).toMatchObject({ results: '30', error: null })
    expect(await second.stop()).toBe(0)
    await seen.until(() => seen.alive('offline').length > 1)
    expect(seen.messages.at(-1)?.body).toStrictEqual(offline)
    expect(second.stderr()).toBe('')
  })

  it('says the same on SIGINT, once', async () => {
    const { wire: seen, proplet: stopped, port } = await site(kind)
    expect(await stopped.stop('SIGINT')).toBe(0)
    const other = proplet(port)
    await seen.until(() => seen.messages.some(({ body }) => body['proplet_id'] === other.id))
    expect(seen.alive('offline')).toHaveLength(1)
  })
})
