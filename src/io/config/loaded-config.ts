import type { Config } from './config.js'

/** A setting and its value, which is masked if it is secret. */
export type ResolvedSetting = {
  readonly key: string
  readonly variable: string
  readonly value: string
  /** `default`, `env NAME`, `file KEY in FILE [SECTION]` or `flag --NAME`. */
  readonly source: string
}

/**
 * A configuration, the value and source of each setting, and what the operator should be warned about.
 *
 * @example
 * ```ts
 * const { config, settings, warnings }: LoadedConfig = loadConfig({ env: process.env })
 * for (const { variable, value, source } of settings) log.debug({ variable, value, source })
 * ```
 */
export type LoadedConfig = {
  readonly config: Config
  readonly settings: readonly ResolvedSetting[]
  readonly warnings: readonly string[]
}

/**
 * Every problem of a configuration at once. The texts name settings and never contain a secret.
 *
 * @example
 * ```ts
 * try {
 *   loadConfig({ env: {} })
 * } catch (error) {
 *   if (error instanceof ConfigError) console.error(error.problems.join('\n'))
 * }
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'
  readonly problems: readonly string[]
  readonly warnings: readonly string[]

  constructor(problems: readonly string[], warnings: readonly string[]) {
    super(`the configuration has ${problems.length} problem(s): ${problems.join('; ')}`)
    this.problems = problems
    this.warnings = warnings
  }
}
