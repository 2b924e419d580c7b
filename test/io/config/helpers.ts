import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { onTestFinished } from 'vitest'
import { ConfigError, type LoadedConfig } from '../../../src/io/config/loaded-config.js'
import { loadConfig, type ConfigInput, type LoadOptions } from '../../../src/io/config/load.js'

export const IDENTITY = {
  PROPLET_DOMAIN_ID: 'dom',
  PROPLET_CHANNEL_ID: 'chan',
  PROPLET_CLIENT_ID: 'client',
  PROPLET_CLIENT_KEY: 'hunter2',
}

/** A directory with these files, removed after the test. */
export const tree = (files: Readonly<Record<string, string>> = {}): string => {
  const root = mkdtempSync(join(tmpdir(), 'proplet-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

export const HOST: Partial<LoadOptions> = {
  detectTee: () => ({ guest: undefined, hostSigns: [], notes: [] }),
  cores: 4,
  tempDirectory: '/tmp/of-test',
}

/** Loads a configuration; the default file is missing unless `env` names one. */
export const load = (input: Partial<ConfigInput>, host: Partial<LoadOptions> = {}) =>
  loadConfig({ env: {}, ...input }, { ...HOST, ...host })

export const loaded = (input: Partial<ConfigInput>, host: Partial<LoadOptions> = {}): LoadedConfig => {
  const result = load(input, host)
  if (E.isLeft(result)) throw result.left
  return result.right
}

export const problemsOf = (
  input: Partial<ConfigInput>,
  host: Partial<LoadOptions> = {},
): readonly string[] => {
  const result = load(input, host)
  return E.isLeft(result) ? result.left.problems : []
}

export { ConfigError }
