import { afterAll, beforeAll, expect, it } from 'vitest'
import type { MqttOptions } from '../../../src/io/mqtt/index.js'
import { openWebSocket } from '../../../src/io/mqtt/web-socket.js'
import type { Publication } from '../../../src/model/publication.js'
import { makeCerts, type Certs } from '../../support/certs.js'
import { useMqtt } from '../../support/mqtt-tests.js'

const { broker, mosquitto, open } = useMqtt()

let certs: Certs
beforeAll(async () => {
  certs = await makeCerts()
})
afterAll(() => certs.remove())

const result: Publication = { subtopic: 'control/proplet/results', payload: { n: 1 }, keep: 'all' }

const secure = (
  port: number,
  tls: MqttOptions['tls'],
  host = 'localhost',
  transport: 'tls' | 'wss' | 'ws' = 'tls',
) => open(port, { address: { transport, host, port, path: '/mqtt' }, tls, openWebSocket })

const secureMosquitto = (lines: readonly string[] = []) =>
  mosquitto({
    config: [
      'allow_anonymous true',
      `cafile ${certs.ca.certFile}`,
      `certfile ${certs.server.certFile}`,
      `keyfile ${certs.server.keyFile}`,
      ...lines,
    ],
  })

it.each(['localhost', '127.0.0.1'])('connects over TLS with a private CA, by %s', async (host) => {
  const { port } = await secureMosquitto()
  const { up, deliver } = secure(port, { ca: certs.ca.cert, insecureSkipVerify: false }, host)
  await up()
  expect(await deliver(result)).toMatchObject({ at: 'acknowledged' })
})

it('connects over mutual TLS', async () => {
  const { port } = await secureMosquitto(['require_certificate true'])
  const { cert, key } = certs.client
  const { up, deliver } = secure(port, { ca: certs.ca.cert, cert, key, insecureSkipVerify: false })
  await up()
  expect(await deliver(result)).toMatchObject({ at: 'acknowledged' })
})

it('stays down without the certificate that the broker requires', async () => {
  const { port } = await secureMosquitto(['require_certificate true'])
  const { until, connections } = secure(port, { ca: certs.ca.cert, insecureSkipVerify: false })
  await until(() => connections.length > 0)
  expect(connections[0]?.state).toBe('down')
})

it('refuses a broker whose certificate is signed by another CA', async () => {
  const { port } = await secureMosquitto()
  const { until, connections } = secure(port, { ca: certs.otherCa.cert, insecureSkipVerify: false })
  await until(() => connections.length > 0)
  expect(connections[0]).toMatchObject({
    state: 'down',
    reason: expect.stringMatching(/certificate/i) as string,
  })
})

it('refuses a broker whose certificate is for another name', async () => {
  const { port } = await broker({}, { tls: { cert: certs.misnamed.cert, key: certs.misnamed.key } })
  const { until, connections } = secure(port, { ca: certs.ca.cert, insecureSkipVerify: false })
  await until(() => connections.length > 0)
  expect(connections[0]).toMatchObject({ reason: expect.stringContaining('ALTNAME') as string })
})

it('accepts any certificate if verification is disabled', async () => {
  const { port } = await broker({}, { tls: { cert: certs.server.cert, key: certs.server.key } })
  const { up } = secure(port, { insecureSkipVerify: true })
  await up()
})

it('stays down if its own key cannot be read, without showing the key', async () => {
  const { port } = await secureMosquitto()
  const tls = { cert: certs.client.cert, key: 'not-a-key-but-secret', insecureSkipVerify: true }
  const { until, connections, lines } = secure(port, tls)
  await until(() => connections.length > 0)
  expect(connections[0]?.state).toBe('down')
  expect(JSON.stringify([connections, lines])).not.toContain('not-a-key-but-secret')
})

it('connects over WebSocket', async () => {
  const { port } = await broker({}, { webSocket: true })
  const { up, deliver, connections } = secure(port, { insecureSkipVerify: false }, '127.0.0.1', 'ws')
  await up()
  expect(await deliver(result)).toMatchObject({ at: 'acknowledged' })
  expect(await deliver({ ...result, payload: { padding: 'x'.repeat(1_000_000) } })).toMatchObject({
    at: 'acknowledged',
  })
  expect(connections).toHaveLength(1)
})

it('connects over WebSocket and TLS', async () => {
  const tls = { cert: certs.server.cert, key: certs.server.key }
  const { port } = await broker({}, { webSocket: true, tls })
  const { up, deliver } = secure(port, { ca: certs.ca.cert, insecureSkipVerify: false }, 'localhost', 'wss')
  await up()
  expect(await deliver(result)).toMatchObject({ at: 'acknowledged' })
})

it('reports why a WebSocket was refused', async () => {
  const { port } = await broker()
  const { until, connections } = secure(port, { insecureSkipVerify: false }, '127.0.0.1', 'ws')
  await until(() => connections.length > 0)
  expect(connections[0]?.state).toBe('down')
})
