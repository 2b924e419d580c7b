// @ts-check
// Separate process: a model registry, a data store and a coordinator that accept everything. A model of `n` bytes of
// numbers is version `n`; others have three numbers.
import { startJsonServer } from '../../dist/dev/federated/json-server.js'

/** @param {number} bytes */
const numbers = (bytes) =>
  Array.from({ length: Math.max(3, Math.round(bytes / 10)) }, (_, i) => 0.1 + (i % 9999999) / 1e7)

/** @type {Map<number, object>} */
const models = new Map()

const modelOf = (/** @type {number} */ bytes) => {
  const model = models.get(bytes) ?? { b: 0, weights: numbers(bytes) }
  models.set(bytes, model)
  return model
}

const { url } = await startJsonServer(({ method, segments: [folder, name = ''] }) => {
  if (method === 'POST') return { status: 200 }
  return { status: 200, body: folder === 'models' ? modelOf(Number(name)) : { data: [{ x: [1, 2], y: 3 }] } }
})
process.send?.(url)
