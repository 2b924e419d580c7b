import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'

export const script = (name: string): string =>
  fileURLToPath(new URL(`../../../dist/${name}`, import.meta.url))

/** Starts `proplet-exec` with an open standard input. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [script('exec.js'), ...args], {
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
    ended: once(child, 'close').then(() => ({ code: child.exitCode, ...output })),
  }
}

/** Runs it to its end with an empty standard input. */
export function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { child, ended } = start(args, env)
  child.stdin.end()
  return ended
}
