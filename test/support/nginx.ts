import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Certs } from './certs.js'
import { freePort } from './free-port.js'

const PROGRAM = '/usr/sbin/nginx'
const MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so'
const START_MS = 5000

export type Nginx = { readonly port: number; readonly close: () => Promise<void> }

export type NginxOptions = {
  readonly certs: Certs
  /** The port of a broker without TLS. */
  readonly target: number
  /** `proxy_timeout`: how long a connection may be idle. */
  readonly idle: string
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** nginx with its stream module, which terminates mTLS in front of a broker: it requires a certificate of the test's CA. */
export const startNginx = async ({ certs, target, idle }: NginxOptions): Promise<Nginx> => {
  if (!existsSync(PROGRAM) || !existsSync(MODULE))
    throw new Error('not installed: apt-get install -y nginx libnginx-mod-stream')
  const directory = await mkdtemp(join(tmpdir(), 'proplet-nginx-'))
  const port = await freePort()
  const { ca, server } = certs
  const lines = [
    `load_module ${MODULE};`,
    'daemon off;',
    'master_process off;',
    `pid ${directory}/pid;`,
    'events { worker_connections 64; }',
    'stream {',
    '  server {',
    `    listen 127.0.0.1:${port} ssl;`,
    `    ssl_certificate ${server.certFile};`,
    `    ssl_certificate_key ${server.keyFile};`,
    `    ssl_client_certificate ${ca.certFile};`,
    '    ssl_verify_client on;',
    `    proxy_pass 127.0.0.1:${target};`,
    `    proxy_timeout ${idle};`,
    '  }',
    '}',
  ]
  const file = join(directory, 'nginx.conf')
  await writeFile(file, `${lines.join('\n')}\n`)
  const child = spawn(PROGRAM, ['-e', 'stderr', '-p', directory, '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  let log = ''
  child.stderr.on('data', (data: Buffer) => (log += data.toString()))
  // if the test process dies, it dies too
  const onExit = () => child.kill('SIGKILL')
  process.once('exit', onExit)
  const close = async () => {
    process.off('exit', onExit)
    child.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true, force: true })
  }
  const from = performance.now()
  while (!(await isListening(port))) {
    if (child.exitCode !== null || performance.now() - from >= START_MS) {
      await close()
      throw new Error(`nginx does not listen: ${log}`)
    }
    await delay(20)
  }
  return { port, close }
}
