import type { LoadedConfig } from '../io/config/loaded-config.js'
import { loadConfigOrThrow, type ConfigInput } from '../io/config/load.js'

/**
 * Loads the configuration as the daemon does: flags override the environment, which overrides `config.toml`,
 * which overrides defaults. Throws a `ConfigError` that lists every problem.
 *
 * @example
 * ```ts
 * const { config, warnings } = loadConfig({ env: process.env })
 * ```
 */
export const loadConfig = (input: ConfigInput): LoadedConfig => loadConfigOrThrow(input)
