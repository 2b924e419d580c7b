// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon } from './daemon.mjs'
import { connectManager } from './manager.mjs'
import { childrenOf, isWaiting, startHelper } from './processes.mjs'

/**
 * @typedef {object} World
 * @property {number} port of the broker
 * @property {import('./manager.mjs').Manager} manager in this process
 * @property {(options?: {env?: Record<string, string>, probed?: boolean, onLine?: (line: string) => void, node?: string, warm?: boolean}) =>
 *   Promise<import('./daemon.mjs').Daemon>} daemon starts the proplet and waits until it is up and its guests are warm
 * @property {string} cacheDir
 */

/** Before the first task. */
const WARM = 1

/** A booting guest waits for the disk now and then; one that is ready waits all the time. */
const WAITING_CHECKS = 5

/** @param {number} pid resolves when the guests of this daemon are there, and wait for a task */
const guestsWarm = async (pid) => {
  for (let waiting = 0; waiting < WAITING_CHECKS;) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const guests = childrenOf(pid)
    waiting = guests.length >= WARM && guests.every(isWaiting) ? waiting + 1 : 0
  }
}

/**
 * A broker in a separate process and a Manager; both, and each started proplet, end with `use`.
 * @template T
 * @param {(world: World) => Promise<T>} use
 * @returns {Promise<T>}
 */
export const withWorld = async (use) => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'proplet-bench-'))
  const broker = await startHelper('broker.mjs')
  const { port } = broker.ready
  const manager = await connectManager(port)
  /** @type {import('./daemon.mjs').Daemon[]} */
  const daemons = []
  try {
    return await use({
      port,
      manager,
      cacheDir,
      daemon: async (options = {}) => {
        const alive = manager.alive()
        const daemon = startDaemon(port, { cacheDir, ...options })
        daemons.push(daemon)
        await alive
        if (options.warm !== false) await guestsWarm(daemon.pid)
        return daemon
      },
    })
  } finally {
    for (const daemon of daemons) await daemon.stop()
    await manager.close()
    await broker.close()
    await rm(cacheDir, { recursive: true, force: true })
  }
}
