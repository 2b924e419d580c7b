// @ts-check
// Separate process: a registry that generates images from their names: `bench/<bytes>/<seed>`, see `paddedAdd`, and
// `bench/component/<name>/<seed>`, see `component`. Anything after an @ is ignored.
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { startRegistry } from '../../dist/dev/registry.js'
import { component, paddedAdd } from './modules.mjs'

const [port, chunkSize] = process.argv.slice(2).map(Number)
await startRegistry({
  port: port ?? 0,
  prefix: DEMO_PREFIX,
  chunkSize: chunkSize ?? 512_000,
  images: (image) => {
    const [, bytes, name, seed] = image.replace(/@.*/, '').split('/')
    return Promise.resolve(
      bytes === 'component' ? component(name ?? '', Number(seed)) : paddedAdd(Number(bytes), Number(name)),
    )
  },
})
process.send?.('ready')
