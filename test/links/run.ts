import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DEMO_PREFIX, daemonEnv, startDaemon } from '../../src/dev/daemon.js'
import { parseObject } from '../../src/dev/json.js'
import { startRegistry } from '../../src/dev/registry.js'
import { connectForever, connectPublisher } from '../chaos/publisher.js'
import type { Certs } from '../support/certs.js'
import { coreFixture } from '../support/fixtures.js'
import { startLongLink } from '../support/long-link.js'
import { startMosquitto } from '../support/mosquitto.js'
import { startNginx } from '../support/nginx.js'
import { paddedAdd } from './images.js'

export type LinkRunOptions = {
  readonly certs: Certs
  readonly roundTripMs: number
  readonly loss: number
  readonly seed: number
  /** How long commands are sent, in milliseconds. */
  readonly forMs: number
  /** Interval between small tasks (41 bytes), in milliseconds. */
  readonly taskEveryMs: number
  /** Sizes of images in turn: the first is sent in a start, the second in chunks, and so on. */
  readonly images: readonly number[]
  /** Settings of the proplet. */
  readonly env?: Readonly<Record<string, string>>
  /** `proxy_timeout` of nginx. */
  readonly idle: string
}

type Arrival = { readonly how: 'inline' | 'chunks'; readonly bytes: number; readonly seconds: number }

export type LinkOutcome = {
  /** Connections that the proplet opened. */
  readonly connections: number
  readonly disconnections: readonly string[]
  readonly tasks: number
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  readonly failed: readonly string[]
  readonly arrivals: readonly Arrival[]
  readonly beats: number
  /** The longest interval between two heartbeats as received by the Manager. */
  readonly beatGapMs: number
  readonly pings: number
  readonly segments: number
  readonly segmentsLost: number
  readonly seconds: number
}

const PROPLET_ID = 'far-proplet'
const ADD = { name: 'add', file: coreFixture('add').toString('base64'), inputs: [10, 20] }
/** Base64 makes an image in a start a third larger. */
const MAX_PACKET = 16 * 1024 * 1024
const WAIT_MS = 900_000
const LOOK_MS = 100

type Told = { readonly results: unknown; readonly error: unknown }

/** Observes the channel at the broker's end of the link. */
const observe = async (port: number) => {
  const client = await connectForever(port, 'far-observer')
  const told = new Map<string, Told[]>()
  let beats = 0
  let beatAt: number | undefined
  let beatGapMs = 0
  client.on('message', (topic, payload) => {
    const body = parseObject(payload)
    if (body === undefined) return
    if (topic.endsWith('/alive')) {
      if (body['status'] !== 'alive') return
      const now = performance.now()
      if (beatAt !== undefined) beatGapMs = Math.max(beatGapMs, now - beatAt)
      beatAt = now
      beats += 1
      return
    }
    const id = String(body['task_id'])
    told.set(id, [...(told.get(id) ?? []), { results: body['results'], error: body['error'] }])
  })
  await client.subscribeAsync(
    ['results', 'alive'].map((subtopic) => `${DEMO_PREFIX}/control/proplet/${subtopic}`),
    { qos: 2 },
  )
  return { told, beats: () => ({ beats, beatGapMs }), close: () => client.endAsync(true) }
}

/** Resolves when the condition holds; false after the time limit. */
const until = async (holds: () => boolean): Promise<boolean> => {
  const from = performance.now()
  while (!holds()) {
    if (performance.now() - from > WAIT_MS) return false
    await delay(LOOK_MS)
  }
  return true
}

/**
 * Runs a proplet that reaches its broker over a long and lossy link and through nginx, which terminates mTLS; sends it
 * tasks and large images, and counts the outcomes.
 */
export const runLink = async (options: LinkRunOptions): Promise<LinkOutcome> => {
  const { certs, roundTripMs, loss, seed, forMs, taskEveryMs, images, idle } = options
  const directory = await mkdtemp(join(tmpdir(), 'proplet-far-'))
  const broker = await startMosquitto({ config: ['allow_anonymous true', 'max_queued_messages 0'] })
  const nginx = await startNginx({ certs, target: broker.port, idle })
  const link = await startLongLink({ target: nginx.port, roundTripMs, loss, seed })
  const binaries = new Map<string, Buffer>()
  const registry = await startRegistry({
    port: broker.port,
    prefix: DEMO_PREFIX,
    images: (image) => Promise.resolve(binaries.get(image)),
  })
  const { told, beats, close } = await observe(broker.port)
  const publisher = await connectPublisher(broker.port)
  const daemon = startDaemon(
    {
      ...daemonEnv(link.port, PROPLET_ID),
      PROPLET_MQTT_ADDRESS: `ssl://localhost:${link.port}`,
      PROPLET_MQTT_TLS_CA_CERT: certs.ca.certFile,
      PROPLET_MQTT_TLS_CLIENT_CERT: certs.client.certFile,
      PROPLET_MQTT_TLS_CLIENT_KEY: certs.client.keyFile,
      PROPLET_MQTT_MAX_PACKET_SIZE: String(MAX_PACKET),
      PROPLET_CACHE_DIR: join(directory, 'cache'),
      PROPLET_STATE_DIR: join(directory, 'state'),
      TMPDIR: directory,
      ...options.env,
    },
    [],
    { stderr: 'pipe' },
  )
  const startedAt = performance.now()
  const ids: string[] = []
  const arrivals: Arrival[] = []
  const answered = (id: string) => told.has(id)
  try {
    await daemon.logged('Connected to the broker', 0, 60_000)
    let isOver = false
    const sendTasks = async () => {
      while (taskEveryMs > 0 && performance.now() - startedAt < forMs) {
        const id = `task-${ids.length}`
        ids.push(id)
        publisher.start({ id, ...ADD })
        await delay(taskEveryMs)
      }
    }
    const sendImages = async () => {
      for (let n = 0; images.length > 0 && !isOver; n++) {
        const bytes = images[n % images.length] ?? 0
        const how = n % 2 === 0 ? 'inline' : 'chunks'
        const binary = paddedAdd(bytes, n)
        const id = `image-${n}`
        ids.push(id)
        const sentAt = performance.now()
        if (how === 'chunks') binaries.set(id, binary)
        const source = how === 'inline' ? { file: binary.toString('base64') } : { image_url: id }
        publisher.start({ id, name: 'add', inputs: [10, 20], ...source })
        if (!(await until(() => answered(id)))) return
        binaries.delete(id)
        arrivals.push({ how, bytes, seconds: (performance.now() - sentAt) / 1000 })
        isOver = n + 1 >= images.length && performance.now() - startedAt >= forMs
      }
    }
    await Promise.all([sendTasks(), sendImages(), delay(forMs)])
    await until(() => ids.every(answered))
    const lines = daemon.lines()
    const { sent, lost: segmentsLost } = link.segments()
    return {
      connections: link.connections(),
      disconnections: lines
        .filter(({ msg }) => /^(Lost the connection|Not connected)/.test(msg))
        .map(({ reason }) => String(reason)),
      tasks: ids.length,
      lost: ids.filter((id) => !answered(id)),
      twice: ids.filter((id) => (told.get(id)?.length ?? 0) > 1),
      failed: ids.filter((id) => (told.get(id) ?? []).some(({ results }) => results !== '30')),
      arrivals,
      ...beats(),
      pings: broker.log().split(`Received PINGREQ from ${PROPLET_ID}`).length - 1,
      segments: sent,
      segmentsLost,
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    daemon.process.kill('SIGKILL')
    await daemon.exited
    await publisher.close()
    await close()
    await registry.close()
    await link.close()
    await nginx.close()
    await broker.kill()
    await rm(directory, { recursive: true, force: true })
  }
}
