// @ts-check
// A process of its own: a registry whose images are made by their names, `bench/<bytes>/<seed>`: see `paddedAdd`.
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { startRegistry } from '../../dist/dev/registry.js'
import { paddedAdd } from './modules.mjs'

const [port, chunkSize] = process.argv.slice(2).map(Number)
await startRegistry({
  port: port ?? 0,
  prefix: DEMO_PREFIX,
  chunkSize: chunkSize ?? 512_000,
  images: (image) => {
    const [, bytes, seed] = image.split('/').map(Number)
    return Promise.resolve(paddedAdd(bytes ?? 0, seed ?? 0))
  },
})
process.send?.('ready')
