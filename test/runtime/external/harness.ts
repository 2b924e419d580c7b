import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { createExternalRuntime } from '../../../src/runtime/external/external.js'
import type { ExternalOptions } from '../../../src/runtime/external/options.js'
import { defaults } from '../embedded/harness.js'

/** Our own program with the command line of wasmtime. */
export const PROPLET_EXEC = fileURLToPath(new URL('../../../dist/exec.js', import.meta.url))

/** A program of test/support/runtimes. */
export const program = (name: string): string =>
  fileURLToPath(new URL(`../../support/runtimes/${name}`, import.meta.url))

export const directoryOfTest = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'proplet-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A link to it with the name that an installation gives it. */
export const installedExec = (): string => {
  const path = join(directoryOfTest(), 'proplet-exec')
  symlinkSync(PROPLET_EXEC, path)
  return path
}

/** A runtime with its own directory for temporary files; both are removed after the test. */
export const externalOfTest = (options: Partial<ExternalOptions> = {}) => {
  const temporary = options.temporaryDirectory ?? directoryOfTest()
  const { timeoutMs, memoryMaxBytes, outputMaxBytes, log } = defaults
  const runtime = createExternalRuntime({
    program: PROPLET_EXEC,
    searchPath: process.env['PATH'] ?? '',
    allowCliArgs: [],
    dirs: [],
    http: undefined,
    timeoutMs,
    memoryMaxBytes,
    outputMaxBytes,
    log,
    ...options,
    temporaryDirectory: temporary,
  })
  onTestFinished(() => runtime.close())
  return { runtime, temporary }
}
