import { createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { useMqtt } from '../../support/mqtt-tests.js'

const CONNACK = Buffer.from([0x20, 2, 0, 0])

const { cleanup, open } = useMqtt()

/** A broker that runs the script for every connection. */
const brokerOf = (script: (socket: Socket) => void): Promise<number> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      script(socket)
    })
    cleanup(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
    })
  })

const firstReason = async (port: number, options: Parameters<typeof open>[1] = {}) => {
  const { until, connections } = open(port, options)
  await until(() => connections.length > 0)
  const [first] = connections
  return first?.state === 'down' ? first.reason : 'up'
}

it.each([
  ['a huge packet that is not a PUBLISH', [0x90, 0xff, 0xff, 0x7f], /a packet of type 9 with \d+ bytes/],
  ['a malformed remaining length', [0x30, 0xff, 0xff, 0xff, 0xff], /malformed remaining length/],
  ['an oversize PUBLISH without a topic', [0x30, 0x80, 0x80, 0x80, 0x10, 0, 0], /topic is empty/],
  ['a packet that makes no sense', [0x00, 0x01, 0x00], /.+/],
] as const)('ends the connection at %s, and reports it', async (_, bytes, reason) => {
  const port = await brokerOf((socket) => {
    socket.once('data', () => socket.write(Buffer.concat([CONNACK, Buffer.from(bytes)])))
  })
  expect(await firstReason(port)).toMatch(reason)
})

it('says what a broker may refuse that closes at the request to connect', async () => {
  const port = await brokerOf((socket) => socket.once('data', () => socket.end()))
  expect(await firstReason(port)).toBe(
    'closed by the broker before it accepted the connection: it is not ready, or refuses the client ID or the Last Will',
  )
})

it('ends the connection if the broker neither accepts nor refuses it', async () => {
  const port = await brokerOf(() => undefined)
  expect(await firstReason(port, { timeoutMs: 100 })).toBe('connack timeout')
})

it('ends the connection if a ping is not answered', async () => {
  const port = await brokerOf((socket) => {
    socket.once('data', () => {
      socket.write(CONNACK)
      socket.once('data', (subscribe: Buffer) => {
        socket.write(Buffer.from([0x90, 5, subscribe[2] ?? 0, subscribe[3] ?? 0, 2, 2, 2]))
        socket.resume()
      })
    })
  })
  const { until, connections } = open(port, { keepAliveSeconds: 1 })
  await until(() => connections.length > 1)
  expect(connections).toEqual([
    { state: 'up', sessionPresent: false },
    { state: 'down', reason: 'the broker did not answer a ping' },
  ])
})

it('is not up if the SUBACK covers fewer topics than requested', async () => {
  const port = await brokerOf((socket) => {
    socket.once('data', () => {
      socket.write(CONNACK)
      socket.once('data', (subscribe: Buffer) => {
        socket.write(Buffer.from([0x90, 3, subscribe[2] ?? 0, subscribe[3] ?? 0, 2]))
      })
    })
  })
  expect(await firstReason(port)).toMatch(/subscription/)
})

it('delivers a message once if the broker forgets the session before releasing it', async () => {
  const topic = Buffer.from('m/domain/c/channel/control/manager/start')
  const body = Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from([0, 5]), Buffer.from('{}')])
  const publish = Buffer.concat([Buffer.from([0x34, body.length]), body])
  let connected = 0
  let complete: (() => void) | undefined
  const completed = new Promise<void>((resolve) => (complete = resolve))
  const port = await brokerOf((socket) => {
    const isFirst = ++connected === 1
    socket.once('data', () => {
      socket.write(CONNACK)
      socket.write(isFirst ? publish : Buffer.from([0x62, 2, 0, 5]))
      socket.on('data', (data: Buffer) => {
        // a PUBREC on the first connection, a PUBCOMP on the second
        if (isFirst && data.includes(Buffer.from([0x50, 2, 0, 5]))) socket.destroy()
        if (!isFirst && data.includes(Buffer.from([0x70, 2, 0, 5]))) complete?.()
      })
    })
  })
  const { messages } = open(port)
  await completed
  expect(connected).toBe(2)
  expect(messages).toHaveLength(1)
})
