// @ts-check
// Loaded into the daemon by `--import`: answers questions of the benchmark, so that nothing of them is in the product.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 1
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

const late = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)

/** @type {Record<string, () => object>} */
const answers = {
  /** Begins to look at the event loop. */
  watch: () => {
    loop.enable()
    loop.reset()
    return {}
  },
  /** How late its timers were, in milliseconds, since `watch`. */
  delays: () => {
    const found = { max: late(loop.max), p99: late(loop.percentile(99)) }
    loop.disable()
    return found
  },
  memory: () => {
    globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heapUsed, external }
  },
}

process.on('message', (/** @type {string} */ question) => process.send?.(answers[question]?.() ?? {}))
process.channel?.unref()
