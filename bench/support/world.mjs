// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon } from './daemon.mjs'
import { connectManager } from './manager.mjs'
import { childrenOf, startHelper } from './processes.mjs'

/**
 * @typedef {object} World
 * @property {number} port of the broker
 * @property {import('./manager.mjs').Manager} manager in this process
 * @property {(options?: {env?: Record<string, string>, probed?: boolean, onLine?: (line: string) => void, node?: string}) =>
 *   Promise<import('./daemon.mjs').Daemon>} daemon starts the proplet and waits until its guests are warm
 * @property {string} cacheDir
 */

const WARM = 2

/** @param {() => boolean} isDone */
const until = async (isDone) => {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/**
 * A broker in a process of its own and a Manager; both, and each proplet that was started, end with `use`.
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
        await until(() => childrenOf(daemon.pid).length >= WARM)
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
