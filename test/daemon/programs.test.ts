import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { useDaemons } from '../support/daemon.js'
import { fixture } from '../support/wire.js'

const { site, registry } = useDaemons()

const unpacked = (name: string): Buffer =>
  brotliDecompressSync(readFileSync(new URL(`../fixtures/built/${name}.wasm.br`, import.meta.url)))
const portOf = ({ results }: { readonly results?: unknown }) =>
  Number(/^started at port (\d+)$/.exec(String(results))?.[1])
const major = Number(process.versions.node.split('.')[0])

describe('C21, C23: an HTTP task of another toolchain, over MQTT', () => {
  it.each([
    ['Rust, of the wasi crate', () => fixture('programs/rust-http'), '/hello', 'Hello from Rust\n', 20],
    ['Python, of componentize-py', () => unpacked('programs/python'), '/a', /^\/a 3 ba7816bf\w+\n$/, 22],
    ['JavaScript, a fetch handler', () => unpacked('components/page'), '/echo', 'abc', 20],
  ])(
    'serves, and ends when it is stopped: %s',
    { timeout: 60_000 },
    async (_, binary, path, answer, since) => {
      const {
        port: brokerPort,
        wire,
        proplet,
      } = await site('mosquitto', {
        PROPLET_HTTP_ENABLED: 'true',
        PROPLET_HTTP_PROXY_PORT: '19422',
        PROPLET_TASK_MEMORY_MAX: '512MiB',
      })
      const image = 'example/server:v1'
      const bytes = binary()
      await registry(brokerPort, { images: () => Promise.resolve(bytes), chunkSize: 512 * 1024 })
      const started = await wire.run({ id: 'web', name: 'serve', image_url: image })
      if (major < since) {
        expect(started).toMatchObject({
          results: '',
          error: expect.stringContaining(`needs Node.js ${since} or newer`) as string,
        })
        return
      }
      expect(started).toMatchObject({ error: null })
      const url = `http://127.0.0.1:${portOf(started)}${path}`
      const ask = async () => (await fetch(url, { method: 'POST', body: 'abc' })).text()
      expect(await ask()).toMatch(answer)
      expect(await ask()).toMatch(answer)
      const from = proplet.lines().length
      await wire.stop('web')
      await proplet.logged('Task stopped', from)
      await expect(fetch(url)).rejects.toThrow()
      expect(wire.resultsOf('web')).toHaveLength(1)
      expect(await proplet.stop()).toBe(0)
      expect(proplet.stderr()).toBe('')
    },
  )
})
