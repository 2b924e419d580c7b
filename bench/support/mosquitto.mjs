// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { freePort } from './free-port.mjs'

const PATHS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto']

/** The path of mosquitto; undefined: it is not installed. */
export const findMosquitto = () => PATHS.find((path) => existsSync(path))

/**
 * A mosquitto on a free port, and a directory that goes with it.
 * @param {readonly string[]} [settings] lines of its configuration
 */
export const startMosquitto = async (settings = []) => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-mosquitto-'))
  const file = join(directory, 'mosquitto.conf')
  const port = await freePort()
  const root = process.getuid?.() === 0 ? ['user root'] : []
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'set_tcp_nodelay true',
    ...settings,
    ...root,
  ]
  await writeFile(file, [...lines, ''].join('\n'))
  const broker = spawn(findMosquitto() ?? 'mosquitto', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(broker, 'close')
  for await (const line of broker.stderr) if (`${line}`.includes('running')) break
  broker.stderr.resume()
  const close = async () => {
    broker.kill('SIGKILL')
    await closed
    await rm(directory, { recursive: true, force: true })
  }
  return { directory, port, close }
}
