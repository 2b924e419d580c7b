import { expect, it } from 'vitest'
import { startBroker } from '../../src/dev/broker.js'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { connectWire, inline } from '../support/wire.js'

const { cleanup, proplet } = useDaemons()

it('issue 14.4: with a broker that grants QoS 2 and closes at publications of it, the proplet steps down to 1, once, and says so', async () => {
  let closed = 0
  const { port, close } = await startBroker({
    aedes: {
      authorizePublish: (_client, { qos }, done) => {
        if (qos < 2) {
          done(null)
          return
        }
        closed += 1
        done(new Error('no QoS 2 here'))
      },
    },
  })
  cleanup(close)
  const wire = await connectWire({ port, prefix: DEMO_PREFIX, qos: 1 })
  cleanup(wire.close)
  const ops = await freePort()
  const daemon = proplet(port, { PROPLET_METRICS_ENABLED: 'true', PROPLET_METRICS_PORT: String(ops) })
  await wire.until(() => wire.on('control/proplet/create').length > 0)
  const closedBefore = closed
  for (const id of ['a', 'b', 'c'])
    expect(await wire.run({ id, ...inline('add', 'add'), inputs: [10, 20] })).toMatchObject({
      results: '30',
      error: null,
    })
  expect(closed).toBe(closedBefore)
  const warned = daemon.lines().filter(({ msg }) => msg.includes('lower QoS'))
  expect(warned).toHaveLength(1)
  expect(warned[0]).toMatchObject({ level: 'warn', asked: 2, used: 1 })
  const ready = (await (await fetch(`http://127.0.0.1:${ops}/readyz`)).json()) as object
  expect(ready).toMatchObject({
    status: 'ok',
    notes: [expect.stringContaining('QoS 1 instead of 2') as string],
  })
  expect(await daemon.stop()).toBe(0)
  expect(wire.on('control/proplet/create')).toHaveLength(1)
})
