import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'

const BINARIES = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto']

/** Milliseconds. */
const START_MS = 5000

const QUIET = ['error', 'warning', 'notice', 'information'].map((type) => `log_type ${type}`)

export type Mosquitto = {
  readonly port: number
  /** Everything logged so far. */
  readonly log: () => string
  /** Makes it save its sessions now; resolves when it has begun, and it answers nothing until it is done. */
  readonly save: () => Promise<void>
  /** Ends it with SIGTERM, so that it saves its sessions if persistence is on. */
  readonly stop: () => Promise<void>
  /** Kills it with SIGKILL; only saved sessions survive. */
  readonly kill: () => Promise<void>
}

export type MosquittoOptions = {
  readonly port?: number
  /** Lines of the configuration file, after those of the listener. */
  readonly config?: readonly string[]
  /** A directory where it saves its sessions after every change, unless `savesByItself` is false; none by default. */
  readonly persistence?: string
  readonly savesByItself?: boolean
  /** Whether to log connections only, not each packet. */
  readonly isQuiet?: boolean
}

/** Starts mosquitto on a free port of 127.0.0.1; resolves when it listens. */
export const startMosquitto = async (options: MosquittoOptions = {}): Promise<Mosquitto> => {
  const binary = BINARIES.find((path) => existsSync(path))
  if (binary === undefined) {
    throw new Error('mosquitto is not installed, and these tests need it: apt-get install -y mosquitto')
  }
  const port = options.port ?? (await freePort())
  const directory = await mkdtemp(join(tmpdir(), 'proplet-mosquitto-'))
  const file = join(directory, 'mosquitto.conf')
  const lines = [
    'per_listener_settings false',
    ...(options.persistence === undefined
      ? ['persistence false']
      : [
          'persistence true',
          `persistence_location ${options.persistence}/`,
          ...(options.savesByItself === false
            ? ['autosave_interval 0']
            : ['autosave_on_changes true', 'autosave_interval 1']),
        ]),
    'log_dest stderr',
    ...(options.isQuiet === true ? QUIET : ['log_type all']),
    'set_tcp_nodelay true',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `listener ${port} 127.0.0.1`,
    ...(options.config ?? ['allow_anonymous true']),
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  const child = spawn(binary, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  // if the test process dies, its brokers die with it
  const onExit = () => child.kill('SIGKILL')
  process.once('exit', onExit)
  const end = async (signal: NodeJS.Signals) => {
    process.off('exit', onExit)
    child.kill(signal)
    await exited
    await rm(directory, { recursive: true, force: true })
  }
  const kill = () => end('SIGKILL')
  let log = ''
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`mosquitto does not come up: ${log}`)), START_MS)
      child.stderr.on('data', (data: Buffer) => {
        log += data.toString()
        if (!/mosquitto version \S+ running/.test(log)) return
        clearTimeout(timer)
        resolve()
      })
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`mosquitto ended with ${code ?? 'a signal'}: ${log}`))
      })
    })
  } catch (error) {
    await kill()
    throw error
  }
  const save = () =>
    new Promise<void>((resolve) => {
      const from = log.length
      const look = () => {
        if (!log.slice(from).includes('Saving in-memory database')) return
        child.stderr.off('data', look)
        resolve()
      }
      child.stderr.on('data', look)
      child.kill('SIGUSR1')
    })
  return {
    port,
    log: () => log,
    save,
    stop: () => end('SIGTERM'),
    kill,
  }
}
