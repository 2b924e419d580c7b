import { brokerSettings } from './broker-settings.js'
import { fileSettings } from './file-settings.js'
import { discoverySettings } from './discovery-settings.js'
import { federatedSettings } from './federated-settings.js'
import { networkSettings } from './network-settings.js'
import { httpSettings } from './http-settings.js'
import { identitySettings } from './identity-settings.js'
import { operatorSettings } from './operator-settings.js'
import { pipelineSettings } from './pipeline-settings.js'
import { runtimeSettings } from './runtime-settings.js'
import { storageSettings } from './storage-settings.js'
import { taskSettings } from './task-settings.js'
import type { Setting } from './setting.js'

/**
 * Every setting, by its key in the file, from which its variable and its flag follow. Names and defaults are those of the
 * design document and of the current release; some settings exist here only.
 */
export const settings = {
  ...fileSettings,
  ...identitySettings,
  ...brokerSettings,
  ...pipelineSettings,
  ...taskSettings,
  ...httpSettings,
  ...networkSettings,
  ...federatedSettings,
  ...storageSettings,
  ...discoverySettings,
  ...runtimeSettings,
  ...operatorSettings,
} as const

export type SettingKey = keyof typeof settings

type ValueOf<S> = S extends Setting<infer T> ? T : never

/** The values of all settings, with the types of their readers. */
export type Values = { readonly [K in SettingKey]: ValueOf<(typeof settings)[K]> }

type Entry = readonly [key: SettingKey, setting: Setting<unknown>]

const isKey = (key: string): key is SettingKey => Object.hasOwn(settings, key)

const entriesOf = (group: Partial<typeof settings>): readonly Entry[] =>
  Object.keys(group)
    .filter(isKey)
    .map((key) => [key, settings[key]])

/** The settings as a list. */
export const settingEntries = entriesOf(settings)

/** The same by group, with the title of each. */
export const settingGroups: readonly { readonly title: string; readonly entries: readonly Entry[] }[] = [
  { title: 'Configuration file', entries: entriesOf(fileSettings) },
  { title: 'Identity', entries: entriesOf(identitySettings) },
  { title: 'Broker', entries: entriesOf(brokerSettings) },
  { title: 'Logs, heartbeats, results, shutdown', entries: entriesOf(pipelineSettings) },
  { title: 'Tasks and isolation', entries: entriesOf(taskSettings) },
  { title: 'HTTP servers', entries: entriesOf(httpSettings) },
  { title: 'Network of guests', entries: entriesOf(networkSettings) },
  { title: 'Federated learning', entries: entriesOf(federatedSettings) },
  { title: 'Cache, journal, downloads', entries: entriesOf(storageSettings) },
  { title: 'Discovery', entries: entriesOf(discoverySettings) },
  { title: 'Runtimes and hardware', entries: entriesOf(runtimeSettings) },
  { title: 'Metrics, status page, traces', entries: entriesOf(operatorSettings) },
]
