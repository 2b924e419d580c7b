// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Starts a helper of this folder in a separate process; it sends a first message when it is ready.
 * @param {string} name
 * @param {readonly (string | number)[]} [args]
 * @param {readonly string[]} [execArgv]
 */
export const startHelper = async (name, args = [], execArgv = []) => {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args.map(String), {
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const closed = once(child, 'close')
  const first = await Promise.race([once(child, 'message'), closed.then(() => undefined)])
  if (first === undefined) throw new Error(`${name} ended before it was ready`)
  return {
    child,
    /** @type {any} What it said first. */
    ready: first[0],
    close: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** @param {number} pid @returns {number[]} the direct children of a process */
export const childrenOf = (pid) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statOf(candidate)?.parent === pid)

/** @param {number} pid */
const statOf = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program, in brackets, may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}

/** @param {number} pid Whether the process runs; one that ended and was not yet waited for does not. */
export const isAlive = (pid) => {
  const state = statOf(pid)?.state
  return state !== undefined && state !== 'Z' && state !== 'X'
}

/** @param {number} pid Whether all of it sleeps. */
export const isWaiting = (pid) => statOf(pid)?.state === 'S'

/** Milliseconds per tick of the kernel's clock, which is 100 Hz on every Linux that Node.js supports. */
const TICK_MS = 10

/** @param {number} pid processor time of all threads so far, in milliseconds */
export const processorMs = (pid) => (statOf(pid)?.ticks ?? 0) * TICK_MS

/** @param {number} pid milliseconds for which the main thread was ready to run and got no processor */
export const starvedMs = (pid) =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6

/** @param {number} pid of the daemon; the guests that have an address space: one that is just ending has none */
export const guestsMemory = (pid) =>
  childrenOf(pid).flatMap((guest) => {
    try {
      return [memoryOf(guest)]
    } catch {
      return []
    }
  })

/** @param {number} pid proportional and resident set size, in bytes */
export const memoryOf = (pid) => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  const field = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1] ?? NaN) * 1024
  return { pss: field('Pss'), rss: field('Rss'), own: field('Private_Dirty') + field('Private_Clean') }
}
