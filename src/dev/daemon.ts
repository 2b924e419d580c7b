import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export type Daemon = {
  readonly process: ChildProcess
  /** All that it wrote to standard output so far: its log, a JSON object a line. */
  readonly log: () => string
  /** Asks it to stop; resolves to its exit code, null when a signal ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Starts the proplet as a process of its own, with nothing in its environment but `env` and PATH. */
export const startDaemon = (env: Readonly<Record<string, string>>, args: readonly string[] = []): Daemon => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const lines: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(text))
  return {
    process: child,
    log: () => lines.join(''),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      await closed
      return child.exitCode
    },
  }
}

/** What a daemon needs to find a broker on this machine. */
export const daemonEnv = (port: number, propletId: string): Readonly<Record<string, string>> => ({
  PROPLET_MQTT_ADDRESS: `tcp://127.0.0.1:${port}`,
  PROPLET_DOMAIN_ID: 'demo-domain',
  PROPLET_CHANNEL_ID: 'demo-channel',
  PROPLET_CLIENT_ID: propletId,
  PROPLET_CLIENT_KEY: 'demo-key',
})

/** The prefix of the topics that `daemonEnv` leads to. */
export const DEMO_PREFIX = 'm/demo-domain/c/demo-channel'
