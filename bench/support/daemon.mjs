// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { daemonEnv } from '../../dist/dev/daemon.js'

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
const PROBE = new URL('probe.mjs', import.meta.url).href

/** BENCH_NODE_ARGS, such as `--cpu-prof`, allows a closer look at the daemon. @param {boolean} probed */
const nodeArguments = (probed) => [
  ...(probed ? ['--expose-gc', '--import', PROBE] : []),
  ...(process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((argument) => argument !== ''),
]

/**
 * The proplet in a separate process.
 * @param {number} port of the broker
 * @param {object} options
 * @param {string} options.cacheDir
 * @param {Record<string, string>} [options.env]
 * @param {boolean} [options.probed] with the probe, and `gc`
 * @param {(line: string) => void} [options.onLine] hears its log
 * @param {string} [options.node] the executable
 */
export const startDaemon = (
  port,
  { cacheDir, env = {}, probed = false, onLine, node = process.execPath },
) => {
  const child = spawn(node, [...nodeArguments(probed), MAIN], {
    env: {
      PATH: process.env['PATH'],
      ...daemonEnv(port, 'bench-proplet'),
      PROPLET_CACHE_DIR: cacheDir,
      PROPLET_STATE_DIR: join(cacheDir, 'state'),
      PROPLET_RESULT_HOLD_MS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', ...(probed ? [/** @type {const} */ ('ipc')] : [])],
  })
  const closed = once(child, 'close')
  let rest = ''
  child.stdout?.on('data', (data) => {
    if (onLine === undefined) return
    const lines = (rest + String(data)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  return {
    pid: child.pid ?? 0,
    /** @param {'watch' | 'delays' | 'memory'} question @returns {Promise<any>} what the probe answers */
    ask: async (question) => {
      const answer = once(child, 'message')
      child.send(question)
      return (await answer)[0]
    },
    stop: async () => {
      child.kill('SIGTERM')
      await closed
    },
  }
}

/** @typedef {ReturnType<typeof startDaemon>} Daemon */
