import { expect, it } from 'vitest'
import { connectForever } from '../chaos/publisher.js'
import { startLink } from '../chaos/link.js'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { mosquitto, wire, proplet } = useDaemons()

const STARTS = 1000
/** Milliseconds on a busy machine. */
const TIMEOUT_MS = 120_000
const RESULTS = 'control/proplet/results'

it(
  'issue 14.2: a flood of starts holds up neither results nor the stop of what runs, and each is answered once',
  { timeout: TIMEOUT_MS },
  async () => {
    const { port } = await mosquitto({ config: ['allow_anonymous true', 'max_queued_messages 0'] })
    const counts = { acknowledged: 0, results: 0, resultsBeforeLast: 0 }
    const link = await startLink(port, (direction, packet) => {
      if (direction !== 'up') return 'pass'
      if (packet.cmd === 'publish' && packet.topic.endsWith(RESULTS)) counts.results += 1
      if (packet.cmd === 'puback') {
        counts.acknowledged += 1
        counts.resultsBeforeLast = counts.results
      }
      return 'pass'
    })
    const seen = await wire(port)
    const daemon = proplet(link.port, { PROPLET_MAX_TASKS: '1', PROPLET_QUEUE_MAX: '10' })
    await seen.beats(1)
    await seen.start({ id: 'spins', ...inline('hostile', 'spin') })
    await daemon.logged('Task started')

    const flooder = await connectForever(port, 'flooder')
    const publish = (n: number) =>
      flooder.publishAsync(
        `${DEMO_PREFIX}/control/manager/start`,
        JSON.stringify({ id: `flood ${n}`, ...inline('add', 'add'), inputs: [n, 1] }),
        { qos: 1 },
      )
    await Promise.all(Array.from({ length: STARTS }, (_, n) => publish(n)))
    await seen.stop('spins')
    const ids = () => seen.on(RESULTS).map(({ body }) => String(body['task_id']))
    await expect.poll(() => ids().length, { timeout: TIMEOUT_MS / 2 }).toBe(STARTS + 1)

    expect(new Set(ids()).size).toBe(STARTS + 1)
    expect(counts.acknowledged).toBe(STARTS)
    // Without the precedence of acknowledgements, these were only as many as the limit in flight.
    expect(counts.resultsBeforeLast).toBeGreaterThan(STARTS / 2)
    expect(ids().indexOf('spins')).toBeLessThan(STARTS * 0.9)
    const errors = new Set(seen.on(RESULTS).map(({ body }) => body['error']))
    expect(errors).toEqual(
      new Set([null, 'task stopped', 'task refused: 11 tasks are running or waiting already']),
    )
    await flooder.endAsync(true)
    await link.close()
  },
)
