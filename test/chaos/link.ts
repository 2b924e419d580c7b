import type { Packet } from 'mqtt-packet'
import { connect, createServer, type Socket } from 'node:net'
import { createPacketReader } from './packets.js'

/** `up`: from the proplet to the broker. */
export type Direction = 'up' | 'down'

/** What happens to the bytes up to the end of this packet: they are forwarded, or lost with the connection. */
export type Fate = 'pass' | 'cut'

export type Watcher = (direction: Direction, packet: Packet) => Fate

/** The current state of the link. */
export type Weather = {
  /** In each direction. */
  readonly delayMs: number
  /** In each direction; 0 means no limit. */
  readonly bytesPerSecond: number
  /** Close new connections at once. */
  readonly closed: boolean
  /** Replace the answers to subscriptions by refusals. */
  readonly refusesSubscriptions: boolean
}

export const FAIR: Weather = { delayMs: 0, bytesPerSecond: 0, closed: false, refusesSubscriptions: false }

export type Link = {
  readonly port: number
  readonly connections: () => number
  readonly setWeather: (weather: Partial<Weather>) => void
  readonly setTarget: (port: number) => void
  /** Cuts every connection, as when a network fails. */
  readonly cut: () => void
  /** Keeps open connections open, but silently drops everything that they carry. */
  readonly freeze: () => void
  readonly close: () => Promise<void>
}

const SUBACK = 0x90
const REFUSED = 0x80

/** A SUBACK with all codes replaced, after its header of two bytes and its packet ID of two. */
const refusing = (bytes: Buffer): Buffer =>
  bytes[0] === SUBACK ? Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(bytes.length - 4, REFUSED)]) : bytes

/** Forwards bytes in order, with the delay and rate of the moment when they arrive. */
const createPipe = (to: Socket, weather: () => Weather) => {
  let freeAt = 0
  const timers = new Set<NodeJS.Timeout>()
  return {
    push: (bytes: Buffer) => {
      const { delayMs, bytesPerSecond } = weather()
      const now = performance.now()
      const takesMs = bytesPerSecond > 0 ? (bytes.length / bytesPerSecond) * 1000 : 0
      freeAt = Math.max(now, freeAt) + takesMs
      const waitMs = freeAt + delayMs - now
      if (waitMs <= 0 && timers.size === 0) {
        to.write(bytes)
        return
      }
      // timers with equal times fire in the order in which they were set
      const timer = setTimeout(() => {
        timers.delete(timer)
        to.write(bytes)
      }, waitMs)
      timers.add(timer)
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** The network between the proplet and its broker: a TCP proxy that observes packets and can fail like any network. */
export const startLink = async (target: number, watch: Watcher): Promise<Link> => {
  const open = new Set<{ readonly cut: () => void; isFrozen: boolean }>()
  let weather = FAIR
  let port = target
  let count = 0

  const server = createServer((client) => {
    client.on('error', () => undefined)
    if (weather.closed) {
      client.destroy()
      return
    }
    count += 1
    const broker = connect(port, '127.0.0.1')
    broker.on('error', () => undefined)
    const sockets = [client, broker]
    const pipes = [createPipe(broker, () => weather), createPipe(client, () => weather)] as const
    const connection = {
      isFrozen: false,
      cut: () => {
        open.delete(connection)
        for (const pipe of pipes) pipe.stop()
        for (const socket of sockets) socket.destroy()
      },
    }
    open.add(connection)
    const carry = (from: Socket, direction: Direction, pipe: (typeof pipes)[number]) => {
      const read = createPacketReader()
      from.setNoDelay(true)
      from.on('data', (bytes: Buffer) => {
        if (connection.isFrozen) return
        const fates = read(bytes).map((packet) => watch(direction, packet))
        if (fates.includes('cut')) connection.cut()
        else pipe.push(direction === 'down' && weather.refusesSubscriptions ? refusing(bytes) : bytes)
      })
      // the end of a frozen connection is not passed on
      from.on('close', () => {
        if (!connection.isFrozen) connection.cut()
      })
    }
    carry(client, 'up', pipes[0])
    carry(broker, 'down', pipes[1])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('no port')
  const cut = () => {
    for (const connection of open) connection.cut()
  }
  return {
    port: address.port,
    connections: () => count,
    setWeather: (change) => (weather = { ...weather, ...change }),
    setTarget: (next) => (port = next),
    cut,
    freeze: () => {
      for (const connection of open) connection.isFrozen = true
    },
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
