import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { runCommand } from '../../src/cli/command.js'
import { daemonEnv } from '../../src/dev/daemon.js'
import { builtEntry } from '../../src/host/package-root.js'

type Env = Readonly<Record<string, string>>

export type ClientOptions = { readonly env?: Env; readonly stdin?: Uint8Array }

/** Starts the program with a command; its environment is only PATH and `env`. */
export const startClient = (args: readonly string[], env: Env = {}) => {
  const child = spawn(process.execPath, [builtEntry('daemon'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, ...output }))
  return { child, output, ended }
}

const collector = (take: (text: string) => void) =>
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take(chunk.toString())
      done()
    },
  })

/** Runs a command in this process, with its own streams and environment: like the program, but without the start of a process. */
export const beginClient = (
  [word = '', ...argv]: readonly string[],
  { env = {}, stdin }: ClientOptions = {},
) => {
  const output = { stdout: '', stderr: '' }
  const host = Object.assign(new EventEmitter(), {
    env,
    stdin: Readable.from(stdin === undefined ? [] : [stdin]),
    stdout: collector((text) => (output.stdout += text)),
    stderr: collector((text) => (output.stderr += text)),
  })
  const ended = runCommand(word, argv, host as unknown as NodeJS.Process).then((code) => ({
    code,
    ...output,
  }))
  return { output, ended, signal: (name: 'SIGINT' | 'SIGTERM') => host.emit(name, name) }
}

export const runClient = (args: readonly string[], options: ClientOptions = {}) =>
  beginClient(args, options).ended

/** The environment of a client of a broker on this machine: an identity on the channel. */
export const clientEnv = (port: number) => daemonEnv(port, 'a-manager')
