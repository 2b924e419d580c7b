import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCerts, type Certs } from '../support/certs.js'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { inline } from '../support/wire.js'

const { mosquitto, wire, proplet } = useDaemons()

let certs: Certs
beforeAll(async () => {
  certs = await makeCerts()
})
afterAll(() => certs.remove())

const command = { id: 'add', ...inline('add', 'add'), inputs: [10, 20] }

/** Mosquitto with TLS, and with an unencrypted port for the Manager. */
const secure = async (lines: readonly string[] = []) => {
  const plain = await freePort()
  const { ca, server } = certs
  const files = [`cafile ${ca.certFile}`, `certfile ${server.certFile}`, `keyfile ${server.keyFile}`]
  const broker = await mosquitto({
    config: ['allow_anonymous true', ...files, ...lines, `listener ${plain} 127.0.0.1`],
  })
  return { port: broker.port, seen: await wire(plain), log: broker.log }
}

const trusting = (port: number) => ({
  PROPLET_MQTT_ADDRESS: `ssl://localhost:${port}`,
  PROPLET_MQTT_TLS_CA_CERT: certs.ca.certFile,
})

describe('over TLS', () => {
  it('works with a broker whose authority is configured', async () => {
    const { port, seen } = await secure()
    const daemon = proplet(port, trusting(port))
    await seen.beats(1)
    await daemon.logged('MQTT client created (TLS: true)')
    expect(await seen.run(command)).toMatchObject({ results: '30', error: null })
    expect(await daemon.stop()).toBe(0)
  })

  it('works with a client certificate, if the broker requires one', async () => {
    const { port, seen, log } = await secure(['require_certificate true'])
    const without = proplet(port, trusting(port))
    await without.logged('Not connected to the broker')
    const daemon = proplet(port, {
      ...trusting(port),
      PROPLET_MQTT_TLS_CLIENT_CERT: certs.client.certFile,
      PROPLET_MQTT_TLS_CLIENT_KEY: certs.client.keyFile,
    })
    await seen.beats(1)
    expect(await seen.run(command)).toMatchObject({ proplet_id: daemon.id, results: '30' })
    expect(log()).not.toContain(`as ${without.id}`)
    expect(await without.stop()).toBe(0)
  })

  it('does not talk to a broker that it cannot trust', async () => {
    const { port, log } = await secure()
    const daemon = proplet(port, {
      ...trusting(port),
      PROPLET_MQTT_TLS_CA_CERT: certs.otherCa.certFile,
    })
    const line = await daemon.logged('Not connected to the broker')
    expect(line['reason']).toMatch(/certificate|self.signed/i)
    expect(log()).not.toContain(`as ${daemon.id}`)
  })
})

describe('quality of service', () => {
  it.each(['0', '1'])('%s is requested, and used', async (qos) => {
    const { port, log } = await mosquitto()
    const seen = await wire(port)
    const daemon = proplet(port, { PROPLET_MQTT_QOS: qos })
    await seen.beats(1)
    expect(await seen.run(command)).toMatchObject({ results: '30', error: null })
    expect(await daemon.stop()).toBe(0)
    await seen.until(() => seen.alive('offline').length > 0)
    const published = log().match(new RegExp(`Received PUBLISH from ${daemon.id} \\(d0, q${qos}, `, 'g'))
    expect(published).toHaveLength(4)
  })
})
