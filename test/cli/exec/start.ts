import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'
import { GUEST_STACK_BYTES } from '../../../src/host/stack-limit.js'

export const script = (name: string): string =>
  fileURLToPath(new URL(`../../../dist/${name}`, import.meta.url))

/** The options of Node.js that the first line of the program gives. */
const STACK = `--stack-size=${GUEST_STACK_BYTES / 1024}`

/** Where guests run, and the options of Node.js and of exec for that. */
export type Place = {
  readonly place: string
  readonly node: readonly string[]
  readonly exec: readonly string[]
}

export const PLACES: readonly [Place, Place, Place] = [
  { place: 'this process', node: [STACK], exec: [] },
  { place: 'another process', node: [STACK], exec: ['--isolation', 'process'] },
  { place: 'another process, for lack of stack', node: [], exec: [] },
]

/** A command of bash that starts `proplet-exec`, with its name in quotes. */
export const commandOf = ({ node, exec }: Place = PLACES[0]): string =>
  [`"${process.execPath}"`, ...node, `"${script('exec.js')}"`, ...exec].join(' ')

type Options = { readonly env?: Readonly<Record<string, string>>; readonly place?: Place }

/** Starts `proplet-exec` with an open standard input. */
export function start(args: readonly string[], { env = {}, place = PLACES[0] }: Options = {}) {
  const [word = '', ...rest] = args
  const isWord = word === 'run' || word === 'serve'
  const words = isWord ? [word, ...place.exec, ...rest] : [...place.exec, ...args]
  const child = spawn(process.execPath, [...place.node, script('exec.js'), ...words], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  // A guest that has ended does not read the rest.
  child.stdin.on('error', () => undefined)
  return {
    child,
    output,
    says: (text: string) => vi.waitFor(() => expect(output.stdout).toBe(text), { timeout: 15_000 }),
    ended: once(child, 'close').then(() => ({ code: statusOf(child), ...output })),
  }
}

/** As a shell reports it. */
const statusOf = ({ exitCode, signalCode }: ChildProcess): number | null =>
  signalCode === null ? exitCode : 128 + constants.signals[signalCode]

/** Runs it to its end with an empty standard input. */
export function run(args: readonly string[], options: Options = {}) {
  const { child, ended } = start(args, options)
  child.stdin.end()
  return ended
}
