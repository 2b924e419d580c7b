import { availableParallelism, tmpdir } from 'node:os'
import * as E from 'fp-ts/lib/Either.js'
import { hasJco } from '../../host/jco.js'
import { findSandbox } from '../../host/sandbox/sandbox.js'
import { detectTee } from '../../host/tee.js'
import { assemble } from './assemble.js'
import { check, type Surroundings } from './check.js'
import { ConfigError, type LoadedConfig } from './loaded-config.js'
import { findConfidential } from './confidential.js'
import { nodeFiles } from './files.js'
import { findProgram } from './program.js'
import { isComplete, resolve, type Sources } from './resolve.js'
import { readSection, type SectionChoice } from './section.js'
import type { HostFacts } from './settings/setting.js'
import { settingEntries, settings, type Values } from './settings/settings.js'
import { environmentSource, find, flagSource, plainSource, sectionSource } from './sources.js'
import { unknownKeys, unknownVariables } from './unknown.js'

/**
 * Where `loadConfig` reads settings from, besides `config.toml`.
 *
 * @example
 * ```ts
 * const input: ConfigInput = { flags: { 'log-level': 'debug' }, env: process.env }
 * ```
 */
export type ConfigInput = {
  /** By name of the flag, without dashes. */
  readonly flags?: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
}

export type LoadOptions = Surroundings & Pick<HostFacts, 'cores' | 'tempDirectory'>

export const ofThisHost = (): LoadOptions => ({
  files: nodeFiles,
  detectTee: (root) => detectTee({ root, env: process.env }),
  findSandbox: () => findSandbox(),
  hasJco,
  cores: availableParallelism(),
  tempDirectory: tmpdir(),
})

/** An invalid name is reported when all settings are read. */
const chosen = (key: 'config_file' | 'config_section', sources: Sources, fallback: string) => {
  const found = find(key, settings[key], sources)
  const value = found && E.isRight(found) ? settings[key].reader.read(found.right.raw) : undefined
  return value && E.isRight(value)
    ? { value: value.right, explicit: true }
    : { value: fallback, explicit: false }
}

export const choiceOf = (sources: Sources): SectionChoice => {
  const file = chosen('config_file', sources, 'config.toml')
  const section = chosen('config_section', sources, 'proplet')
  return {
    file: file.value,
    fileExplicit: file.explicit,
    section: section.value,
    sectionExplicit: section.explicit,
  }
}

const isWhole = (values: Partial<Values>): values is Values =>
  settingEntries.every(([key]) => Object.hasOwn(values, key))

/**
 * Loads the configuration of a proplet. Flags take precedence over the environment, the environment over the section of
 * the file, and that over defaults. Reports every problem at once.
 */
export const loadConfig = (
  { flags = {}, env }: ConfigInput,
  options: Partial<LoadOptions> = {},
): E.Either<ConfigError, LoadedConfig> => {
  const { cores, tempDirectory, ...surroundings } = { ...ofThisHost(), ...options }
  const outside: Sources = { flags: flagSource(flags), rest: [environmentSource(env), plainSource(env)] }
  const file = readSection(choiceOf(outside), !isComplete(outside), surroundings.files)
  const sources = file.section
    ? { ...outside, rest: [...outside.rest, sectionSource(file.section)] }
    : outside
  const resolution = resolve(sources, { cores, tempDirectory, env })
  const searchPath = env['PATH'] ?? ''
  const wanted = resolution.values.external_wasm_runtime
  const program = wanted === undefined ? undefined : findProgram(wanted, searchPath, surroundings.files)
  const sandbox = resolution.values.isolation === 'sandbox' ? surroundings.findSandbox() : undefined
  const jco = resolution.values.component_engine === 'jco' ? surroundings.hasJco() : undefined
  const findings = check(resolution, { program, sandbox, jco }, surroundings)
  const confidential = findConfidential(resolution, surroundings.files, surroundings.detectTee)
  const problems = [...file.problems, ...resolution.problems, ...findings.problems, ...confidential.problems]
  const warnings = [
    ...file.warnings,
    ...unknownVariables(env),
    ...(file.section ? unknownKeys(file.section) : []),
    ...findings.warnings,
    ...confidential.warnings,
  ]
  if (problems.length > 0 || !isWhole(resolution.values)) return E.left(new ConfigError(problems, warnings))
  const allowCliArgs = resolution.values.allow_cli_args
  const external =
    program?.kind === 'found'
      ? { program: program.path, searchPath, allowCliArgs, temporaryDirectory: tempDirectory }
      : undefined
  const isolation = sandbox && E.isRight(sandbox) ? sandbox.right : resolution.values.isolation
  if (isolation === 'sandbox') throw new Error('no sandbox was found')
  const isStateChosen = resolution.isSet('state_dir')
  const config = assemble(resolution.values, { external, isolation, isStateChosen, confidential, env })
  return E.right({ config, settings: resolution.settings, warnings })
}

/** Like `loadConfig`, but throws the `ConfigError`. */
export const loadConfigOrThrow = (input: ConfigInput, options: Partial<LoadOptions> = {}): LoadedConfig => {
  const loaded = loadConfig(input, options)
  if (E.isLeft(loaded)) throw loaded.left
  return loaded.right
}
