import { transpileBytes } from '@bytecodealliance/jco-transpile'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { useCleanup } from '../support/cleanup.js'

const REFERENCE = fileURLToPath(new URL('reference.mjs', import.meta.url))

const atEnd = useCleanup(afterAll)

/** The directory of the bindings, which is removed after the test file. */
export type Transpiled = { readonly dir: string; readonly name: string }

export const transpiled = async (name: string, bytes: Uint8Array): Promise<Transpiled> => {
  const dir = mkdtempSync(join(tmpdir(), 'proplet-jco-'))
  atEnd(() => rmSync(dir, { recursive: true }))
  const { files } = await transpileBytes(bytes, {
    name,
    outDir: dir,
    instantiation: 'sync',
    emitTypescriptDeclarations: false,
  })
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  // the bindings are ES modules
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
  return { dir, name }
}

export type Sandbox = {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly preopens?: Readonly<Record<string, string>>
}

const start = ({ dir, name }: Transpiled, what: string, sandbox: Sandbox = {}): ChildProcess =>
  fork(REFERENCE, [dir, name, what, JSON.stringify(sandbox)], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--no-warnings'],
    env: {},
  })

const first = async (child: ChildProcess): Promise<unknown> => {
  const errors = child.stderr === null ? '' : text(child.stderr)
  const ended = once(child, 'exit').then(async () => {
    throw new Error(`jco's child ended: ${await errors}`)
  })
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[]
  ended.catch(() => undefined)
  return message
}

export type CommandResult = {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

export const commandOfJco = async (component: Transpiled, sandbox: Sandbox): Promise<CommandResult> => {
  const child = start(component, 'command', sandbox)
  if (child.stdout === null || child.stderr === null) throw new Error('a child without output')
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { stdout, stderr, status }
}

export type Question = {
  readonly instance: string | undefined
  readonly name: string
  readonly args: readonly unknown[]
}
export type Answer =
  | { readonly value: unknown }
  | { readonly error: unknown }
  | { readonly trap: string }
  | { readonly thrown: string }

/** Calls functions in turn, each on a fresh instance. */
export const callsOfJco = async (component: Transpiled): Promise<(question: Question) => Promise<Answer>> => {
  const child = start(component, 'calls')
  atEnd(() => child.kill('SIGKILL'))
  await first(child)
  return async (question) => {
    child.send(question)
    const [answer] = (await once(child, 'message')) as [Answer]
    return answer
  }
}

/** Serves the component; resolves to the port. */
export const serverOfJco = async (component: Transpiled, sandbox: Sandbox): Promise<number> => {
  const child = start(component, 'serve', sandbox)
  atEnd(() => child.kill('SIGKILL'))
  return Number(await first(child))
}
