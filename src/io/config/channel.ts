import * as E from 'fp-ts/lib/Either.js'
import { assembleChannel, type ChannelValues } from './assemble.js'
import { checkChannel } from './check.js'
import type { Config } from './config.js'
import { ConfigError } from './loaded-config.js'
import { devFile } from './dev-file.js'
import { choiceOf, ofThisHost, type ConfigInput, type LoadOptions } from './load.js'
import { resolve, type Sources } from './resolve.js'
import { readSection, type SectionResult } from './section.js'
import { settingEntries, settings, type SettingKey } from './settings/settings.js'
import { environmentSource, find, flagSource, sectionSource } from './sources.js'
import { unknownVariables } from './unknown.js'

export type ChannelConfig = Pick<Config, 'identity' | 'mqtt'>

export type LoadedChannel = {
  readonly config: ChannelConfig
  readonly warnings: readonly string[]
  /** The file of the running `proplet dev` that the settings come from, if any. */
  readonly devFile: string | undefined
}

const IDENTITY = ['domain_id', 'channel_id', 'client_id', 'client_key'] as const
const FILE = ['config_file', 'config_section'] as const

const isChannelKey = (key: SettingKey): boolean =>
  key.startsWith('mqtt_') || [...IDENTITY, ...FILE].some((other) => other === key)

/** The settings of clients: identity and connection, with the same names as those of the daemon. */
export const channelEntries = settingEntries.filter(([key]) => isChannelKey(key))

const isWhole = (values: object): values is ChannelValues =>
  channelEntries.every(([key]) => Object.hasOwn(values, key))

const UNSET =
  'no broker and no identity is set, and no `proplet dev` is running; expected PROPLET_MQTT_ADDRESS and ' +
  'PROPLET_DOMAIN_ID, _CHANNEL_ID, _CLIENT_ID, _CLIENT_KEY, or a config.toml in this directory, or another file with --config'

/** Whether identity or connection are configured anywhere except in the file of `proplet dev`. */
const isTouched = (sources: Sources): boolean =>
  [...IDENTITY, 'mqtt_address' as const].some((key) => find(key, settings[key], sources) !== undefined)

const withSection = (sources: Sources, { section }: SectionResult): Sources =>
  section === undefined ? sources : { ...sources, rest: [...sources.rest, sectionSource(section)] }

/**
 * Reads the connection and the identity of a client as the daemon reads its own. A file without a section `proplet` may
 * have a section `manager` instead; if nothing is configured, a running `proplet dev` is used.
 */
export const loadChannel = (
  { flags = {}, env }: ConfigInput,
  options: Partial<LoadOptions> = {},
): E.Either<ConfigError, LoadedChannel> => {
  const { cores, tempDirectory, files } = { ...ofThisHost(), ...options }
  const outside: Sources = { flags: flagSource(flags), rest: [environmentSource(env)] }
  const choice = { ...choiceOf(outside), fallbackSection: 'manager' }
  const needed = isTouched(outside) && !IDENTITY.every((key) => find(key, settings[key], outside))
  const file = readSection(choice, needed, files)
  const own = withSection(outside, file)
  const dev = devFile(env)
  const isDev =
    dev !== undefined &&
    !choice.fileExplicit &&
    !isTouched(own) &&
    file.problems.length === 0 &&
    files.isReadable(dev)
  const devSection = isDev
    ? readSection({ file: dev, fileExplicit: true, section: 'proplet', sectionExplicit: true }, true, files)
    : undefined
  const sources = devSection === undefined ? own : withSection(outside, devSection)
  const warnings = [...unknownVariables(env), ...file.warnings, ...(devSection?.warnings ?? [])]
  const fileProblems = [...file.problems, ...(devSection?.problems ?? [])]
  if (fileProblems.length === 0 && !choice.fileExplicit && !isTouched(sources))
    return E.left(new ConfigError([UNSET], warnings))
  const resolution = resolve(sources, { cores, tempDirectory, env }, channelEntries)
  const findings = checkChannel(resolution, files)
  const problems = [...fileProblems, ...resolution.problems, ...findings.problems]
  const { values } = resolution
  if (problems.length > 0 || !isWhole(values)) return E.left(new ConfigError(problems, warnings))
  return E.right({
    config: assembleChannel(values),
    warnings: [...warnings, ...findings.warnings],
    devFile: isDev ? dev : undefined,
  })
}
