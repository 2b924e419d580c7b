import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'

const PROGRAM = 'docker-registry'
/** Milliseconds. */
const START_MS = 15_000

/** bcrypt of `PASSWORD`. */
const HASH = '$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW'
export const USER = 'edge'
export const PASSWORD = 'open sesame'

export type DockerRegistry = {
  readonly port: number
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly kill: () => Promise<void>
}

/** YAML lines for the `auth` section; without any, everybody may push and pull. */
export type RegistryAuth =
  'none' | 'basic' | { readonly token: { readonly realm: string; readonly certFile: string } }

const authOf = (auth: RegistryAuth, directory: string): readonly string[] => {
  if (auth === 'none') return []
  if (auth === 'basic')
    return ['auth:', '  htpasswd:', '    realm: tests', `    path: ${join(directory, 'htpasswd')}`]
  const { realm, certFile } = auth.token
  return [
    'auth:',
    '  token:',
    `    realm: ${realm}`,
    '    service: registry.test',
    '    issuer: tests',
    `    rootcertbundle: ${certFile}`,
  ]
}

/** Starts Debian's docker-registry on a free port of 127.0.0.1; resolves when it answers. */
export const startDockerRegistry = async (auth: RegistryAuth = 'none'): Promise<DockerRegistry> => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-registry-'))
  const port = await freePort()
  const file = join(directory, 'config.yml')
  await writeFile(join(directory, 'htpasswd'), `${USER}:${HASH}\n`)
  const lines = [
    'version: 0.1',
    'log:',
    '  level: info',
    'storage:',
    '  filesystem:',
    `    rootdirectory: ${join(directory, 'data')}`,
    'http:',
    `  addr: 127.0.0.1:${port}`,
    ...authOf(auth, directory),
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  const child = spawn(PROGRAM, ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  // If the test process dies, its registries die with it.
  const onExit = () => child.kill('SIGKILL')
  process.once('exit', onExit)
  const kill = async () => {
    process.off('exit', onExit)
    child.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true, force: true })
  }
  let log = ''
  try {
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => reject(new Error(`${PROGRAM} is not installed, or does not come up: ${log}`))
      const timer = setTimeout(giveUp, START_MS)
      child.stderr.on('data', (data: Buffer) => {
        log += data.toString()
        if (!log.includes('listening on')) return
        clearTimeout(timer)
        resolve()
      })
      void exited.then(() => {
        clearTimeout(timer)
        giveUp()
      })
    })
  } catch (error) {
    await kill()
    throw error
  }
  child.stderr.removeAllListeners('data').resume()
  return { port, host: `127.0.0.1:${port}`, kill }
}
