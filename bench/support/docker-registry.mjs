// @ts-check
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.mjs'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** Debian's docker-registry on a free port, with its blobs in memory. */
export const startDockerRegistry = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-bench-registry-'))
  const file = join(directory, 'config.yml')
  const port = await freePort()
  const config = ['version: 0.1', 'storage: {inmemory: {}}', `http: {addr: "127.0.0.1:${port}"}`]
  await writeFile(file, config.join('\n'))
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(child, 'close')
  await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.stderr.on('data', (data) => {
      if (String(data).includes('listening on')) resolve(undefined)
    })
  })
  const host = `127.0.0.1:${port}`
  const base = `http://${host}/v2/bench`

  /** @param {string} method @param {string | URL} url @param {Buffer} body @param {string} type */
  const send = async (method, url, body, type) => {
    const response = await fetch(url, {
      method,
      body: Uint8Array.from(body),
      headers: { 'content-type': type },
    })
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status}`)
    return response
  }
  /** @param {Buffer} bytes @param {string} mediaType */
  const blob = async (bytes, mediaType) => {
    const begun = await send('POST', `${base}/blobs/uploads/`, Buffer.alloc(0), '')
    const place = new URL(begun.headers.get('location') ?? '', base)
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    place.searchParams.set('digest', digest)
    await send('PUT', place, bytes, 'application/octet-stream')
    return { mediaType, digest, size: bytes.length }
  }

  return {
    /** @param {string} tag @param {Buffer} bytes */
    push: async (tag, bytes) => {
      const manifest = {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: await blob(Buffer.from('{}'), 'application/vnd.wasm.config.v0+json'),
        layers: [await blob(bytes, 'application/wasm')],
      }
      await send('PUT', `${base}/manifests/${tag}`, Buffer.from(JSON.stringify(manifest)), MANIFEST)
    },
    /** @param {string} tag */
    image: (tag) => `${host}/bench:${tag}`,
    /** Pulls with plain requests. @param {string} tag */
    pull: async (tag) => {
      const manifest = await fetch(`${base}/manifests/${tag}`, { headers: { accept: MANIFEST } })
      const { layers } = await manifest.json()
      await (await fetch(`${base}/blobs/${layers[0].digest}`)).arrayBuffer()
    },
    close: async () => {
      child.kill('SIGKILL')
      await closed
      await rm(directory, { recursive: true, force: true })
    },
  }
}
