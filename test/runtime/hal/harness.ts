import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import type { HalOptions } from '../../../src/runtime/hal/daemon/options.js'
import { fixture, run, runtimeOfTest, type Task, type TestOptions } from '../embedded/harness.js'

export const directoryOfTest = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'hal-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

/** A HAL with 1 MiB of storage for each task. */
export const halOfTest = (more: Partial<HalOptions> = {}): HalOptions => ({
  storage: { directory: directoryOfTest(), maxBytes: 2 ** 20, secret: undefined },
  legacyDecrypt: false,
  ...more,
})

export const runtimeWithHal = (
  hal: Partial<HalOptions> = {},
  options: Partial<TestOptions> = {},
): Promise<EmbeddedRuntime> => runtimeOfTest({ hal: halOfTest(hal), ...options })

/** The text in a component's answer `text`, `ok("text")` or `err("text")`; undefined for any other. */
export const textIn = (results: string): string | undefined => {
  const [, quoted] = /^(?:ok\(|err\()?("[^]*")\)?$/.exec(results) ?? []
  return quoted === undefined ? undefined : (JSON.parse(quoted.replaceAll(String.raw`\'`, "'")) as string)
}

/** Returns a function that calls a guest; resolves to its answer, or to the outcome if it gives none. */
export const callerOf =
  (runtime: EmbeddedRuntime, guest: string) =>
  async (name: string, inputs: readonly string[] = [], more: Partial<Task> = {}) => {
    const { outcome } = await run(runtime, { binary: fixture(guest), name, inputs, ...more })
    return outcome.kind === 'completed' ? outcome.results : outcome
  }

export type Call = ReturnType<typeof callerOf>

/** Calls functions that perform several steps in one instance. */
export const scenesOf = (runtime: EmbeddedRuntime): Call => callerOf(runtime, 'components/hal-scenes')
