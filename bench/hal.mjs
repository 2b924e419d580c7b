// @ts-check
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open as openFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastValueFrom, NEVER } from 'rxjs'
import { createEmbeddedRuntime } from '../dist/runtime/embedded/embedded.js'
import { fixture } from './support/modules.mjs'

/** Bytes of data per call. */
const DATA_BYTES = 1024

export const title = 'The hardware abstraction layer: calls of one guest'

const silent = () => {}
const log = { debug: silent, info: silent, warn: silent, error: silent }
const bytes = fixture('hal-bench')
const binary = { digest: 'sha256:hal-bench', size: bytes.length, content: { bytes } }
const data = Buffer.alloc(DATA_BYTES)
const key = Buffer.alloc(32)

/** @param {number} count @param {number} ms */
const rate = (count, ms) => `${Math.round((count * 1000) / ms).toLocaleString('en')}/s`

/** @param {import('../dist/runtime/embedded/embedded.js').EmbeddedRuntime} runtime @param {string} name @param {number} count */
const inGuest = async (runtime, name, count) => {
  const request = { id: 'bench', name, inputs: [String(count)], cliArgs: [], env: {}, daemon: false, binary }
  const startedAt = performance.now()
  const event = await lastValueFrom(runtime.run(request, NEVER))
  const ms = performance.now() - startedAt
  const results = event.type === 'ended' && event.outcome.kind === 'completed' ? event.outcome.results : ''
  if (results !== String(count)) throw new Error(`${name}: ${JSON.stringify(event)}`)
  return ms
}

/** @param {number} count @param {() => unknown} work */
const inNode = async (count, work) => {
  const startedAt = performance.now()
  for (let i = 0; i < count; i++) await work()
  return performance.now() - startedAt
}

/** A bare atomic write. @param {string} directory */
const writeWhole = async (directory) => {
  const path = join(directory, 'tmp')
  const file = await openFile(path, 'w')
  await file.writeFile(data)
  await file.datasync()
  await file.close()
  await rename(path, join(directory, 'object'))
}

const encrypt = () => {
  const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12))
  return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()])
}

export const run = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-hal-'))
  const runtime = createEmbeddedRuntime({
    isolation: 'process',
    warm: 1,
    maxIdle: 1,
    dirs: [],
    timeoutMs: 0,
    memoryMaxBytes: 64 * 1024 * 1024,
    outputMaxBytes: 1024,
    hal: { storage: { directory, maxBytes: 2 ** 26, secret: undefined }, legacyDecrypt: false },
    log,
  })
  try {
    await runtime.ready()
    const rows = []
    for (const [name, what, count, work] of /** @type {const} */ ([
      ['hash', 'SHA-256 of 1 KiB', 50_000, () => createHash('sha256').update(data).digest()],
      ['encrypt', 'AES-256-GCM of 1 KiB', 50_000, encrypt],
      ['query', 'a round trip to the proplet (query-available)', 5000, undefined],
      ['store', 'store an object of 1 KiB, on disk at return', 500, () => writeWhole(directory)],
      ['retrieve', 'read it again', 2000, undefined],
    ])) {
      await inGuest(runtime, name, Math.min(count, 100))
      const ms = await inGuest(runtime, name, count)
      const floor = work && rate(count, await inNode(count, work))
      rows.push({ what, median: rate(count, ms), ...(floor && { floor: `Node.js alone: ${floor}` }) })
    }
    return {
      rows,
      notes: ['One guest, one call after the other; the start and end of the task are included.'],
    }
  } finally {
    await runtime.close()
    await rm(directory, { recursive: true })
  }
}
