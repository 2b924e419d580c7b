import type { LoadedConfig } from '../io/config/config.js'
import { loadConfigOrThrow, type ConfigInput } from '../io/config/load.js'

/**
 * The configuration of a proplet, as the daemon reads it: a flag goes before the environment, that before `config.toml`,
 * and that before the default. Throws a `ConfigError` that names everything that is wrong.
 *
 * @example
 * ```ts
 * const { config, warnings } = loadConfig({ env: process.env })
 * ```
 */
export const loadConfig = (input: ConfigInput): LoadedConfig => loadConfigOrThrow(input)
