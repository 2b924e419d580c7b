import { describe, expect, it } from 'vitest'
import { useDaemons } from '../support/daemon.js'
import { inline, type Wire } from '../support/wire.js'

const { site } = useDaemons()

const spin = inline('hostile', 'spin')

const metricsOf = (wire: Wire, id: string) =>
  wire.on('control/proplet/task_metrics').filter(({ body }) => body['task_id'] === id)

const samples = (wire: Wire, id: string, count: number) =>
  wire.until(() => metricsOf(wire, id).length >= count && metricsOf(wire, id).map(({ body }) => body))

const number: unknown = expect.any(Number)
const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

describe.runIf(process.platform === 'linux')('monitoring of tasks', () => {
  it('publishes what running tasks use, according to their profiles, until they end', async () => {
    const { wire, proplet } = await site('mosquitto')
    await wire.start({ id: 'seconds', ...spin, monitoring_profile: { interval: 1 } })
    const [first, second] = await samples(wire, 'seconds', 2)
    expect(first).toStrictEqual({
      task_id: 'seconds',
      proplet_id: proplet.id,
      metrics: {
        cpu_percent: number,
        memory_bytes: number,
        memory_percent: number,
        disk_read_bytes: number,
        disk_write_bytes: number,
        uptime_seconds: number,
        thread_count: number,
        file_descriptor_count: number,
      },
      aggregated: {
        avg_cpu_usage: number,
        max_cpu_usage: number,
        avg_memory_usage: number,
        max_memory_usage: number,
        total_disk_read: number,
        total_disk_write: number,
        sample_count: 1,
      },
      timestamp: time,
    })
    const cpu = ({ metrics }: Record<string, unknown>) => (metrics as { cpu_percent: number }).cpu_percent
    expect(cpu(second ?? {})).toBeGreaterThan(0)
    expect(second?.['aggregated']).toMatchObject({ sample_count: 2 })

    await wire.stop('seconds')
    await wire.result('seconds')
    const told = metricsOf(wire, 'seconds').length
    await wire.start({
      id: 'nanoseconds',
      ...spin,
      monitoring_profile: { interval: 200_000_000, retain_history: false, collect_threads: false },
    })
    const last = (await samples(wire, 'nanoseconds', 3)).at(-1)
    expect(last).toMatchObject({ aggregated: null, metrics: { memory_bytes: number } })
    expect(last?.['metrics']).not.toHaveProperty('thread_count')
    expect(metricsOf(wire, 'seconds')).toHaveLength(told)
  })

  it('publishes nothing for a task whose profile disables it', async () => {
    const { wire } = await site('mosquitto')
    const silent = { interval: 0.1, export_to_mqtt: false }
    await wire.start({ id: 'silent', ...spin, monitoring_profile: silent })
    await wire.start({ id: 'off', ...spin, monitoring_profile: { interval: 0.1, enabled: false } })
    await wire.start({ id: 'loud', ...spin, daemon: true, monitoring_profile: { interval: 0.1 } })
    await samples(wire, 'loud', 5)
    for (const id of ['silent', 'off', 'loud']) {
      await wire.stop(id)
      // A daemon was answered when it started, and not again.
      await wire.result(id)
    }
    expect(metricsOf(wire, 'silent')).toHaveLength(0)
    expect(metricsOf(wire, 'off')).toHaveLength(0)
  })

  it('publishes nothing if PROPLET_ENABLE_MONITORING is off', async () => {
    const env = { PROPLET_ENABLE_MONITORING: 'false', PROPLET_LIVELINESS_INTERVAL: '500ms' }
    const { wire } = await site('mosquitto', env)
    await wire.start({ id: 'unseen', ...spin, daemon: true, monitoring_profile: { interval: 0.1 } })
    await wire.result('unseen')
    await wire.beats(wire.alive().length + 2)
    expect(metricsOf(wire, 'unseen')).toHaveLength(0)
  })
})
