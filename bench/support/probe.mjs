// @ts-check
// Loaded into the daemon by `--import`: answers the benchmark's questions, so that the product needs no code for them.
import { openSync, readSync } from 'node:fs'

const INTERVAL_MS = 1
/** Nanoseconds that this thread ran, and that it waited for a processor, since its start. */
const schedule = openSync('/proc/thread-self/schedstat', 'r')
const text = Buffer.alloc(128)
const processorMs = () =>
  Number(text.toString('latin1', 0, readSync(schedule, text, 0, 128, 0)).split(' ')[0]) / 1e6

/** @type {NodeJS.Timeout | undefined} */
let timer
/** @type {number[]} How late the timer was, each time. */
let delays = []
/** The longest time that the thread itself worked from one turn of the loop to the next. */
let longestWork = 0

const watch = () => {
  clearInterval(timer)
  delays = []
  longestWork = 0
  let at = performance.now()
  let worked = processorMs()
  timer = setInterval(() => {
    const now = performance.now()
    const work = processorMs()
    delays.push(Math.max(0, now - at - INTERVAL_MS))
    longestWork = Math.max(longestWork, Math.min(work - worked, now - at))
    at = now
    worked = work
  }, INTERVAL_MS)
}

const report = () => {
  clearInterval(timer)
  delays.sort((a, b) => a - b)
  return { max: delays.at(-1) ?? 0, p99: delays[Math.floor(delays.length * 0.99)] ?? 0, work: longestWork }
}

const memory = () => {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heapUsed, external }
}

process.on('message', (/** @type {string} */ question) => {
  if (question === 'watch') watch()
  process.send?.(question === 'delays' ? report() : question === 'memory' ? memory() : {})
})
process.channel?.unref()
