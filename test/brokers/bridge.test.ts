import { expect, it } from 'vitest'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { freePort } from '../support/free-port.js'
import { useDaemons } from '../support/daemon.js'
import { startMosquitto } from '../support/mosquitto.js'
import { connectWire, inline } from '../support/wire.js'

const { cleanup, directory, proplet } = useDaemons()

const TIMEOUT_MS = 120_000
const TASKS = 20
const add = (id: string) => ({ id, ...inline('add', 'add'), inputs: [10, 20] })

it(
  'issue 14.4: over a bridge of mosquitto, commands and results cross it, also those sent while it is away',
  { timeout: TIMEOUT_MS },
  async () => {
    const central = await startMosquitto()
    cleanup(central.kill)
    const wire = await connectWire({ port: central.port, prefix: DEMO_PREFIX })
    cleanup(wire.close)
    const edge = {
      port: await freePort(),
      persistence: directory(),
      config: [
        'allow_anonymous true',
        'connection edge',
        `address 127.0.0.1:${central.port}`,
        'remote_clientid edge',
        'cleansession false',
        'restart_timeout 1',
        `topic ${DEMO_PREFIX}/control/manager/# in 2`,
        `topic ${DEMO_PREFIX}/control/proplet/# out 2`,
      ],
    }
    const first = await startMosquitto(edge)
    cleanup(first.kill)
    const started = proplet(edge.port)
    await wire.beats(1)
    for (let n = 0; n < TASKS; n++) await wire.start(add(`t${n}`))
    await first.stop()
    await started.logged('Lost the connection to the broker')
    await wire.start(add('meanwhile'))
    const second = await startMosquitto(edge)
    cleanup(second.kill)
    const ids = [...Array.from({ length: TASKS }, (_, n) => `t${n}`), 'meanwhile']
    for (const id of ids) expect(await wire.result(id)).toMatchObject({ results: '30', error: null })
    expect(ids.filter((id) => wire.resultsOf(id).length !== 1)).toEqual([])
    expect(started.lines().filter(({ msg }) => msg === 'Connected to the broker')).toHaveLength(2)
    expect(await started.stop()).toBe(0)
  },
)
