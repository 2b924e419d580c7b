import * as t from 'io-ts'
import type { MonitoringProfile } from '../../model/command.js'
import { finite, flag, optional } from './types.js'
import { LONGEST_TIMER_MS } from '../../model/longest-timer.js'

export const monitoringProfile = t.type(
  {
    enabled: optional(flag),
    interval: optional(finite),
    collect_cpu: optional(flag),
    collect_memory: optional(flag),
    collect_disk_io: optional(flag),
    collect_threads: optional(flag),
    collect_file_descriptors: optional(flag),
    export_to_mqtt: optional(flag),
    retain_history: optional(flag),
    history_size: optional(finite),
  },
  'an object',
)

const NANOSECONDS_FROM = 1e6

/** Sampling is expensive; a profile with a shorter interval gets this one. */
const SHORTEST_MS = 100
const LONGEST_HISTORY = 10_000

/** HTTP users send seconds, Go callers nanoseconds: values from 1e6 are nanoseconds. */
const intervalMs = (interval: number | undefined): number | undefined => {
  if (interval === undefined || interval <= 0) return undefined
  const ms = interval >= NANOSECONDS_FROM ? interval / 1e6 : interval * 1e3
  return Math.min(Math.max(ms, SHORTEST_MS), LONGEST_TIMER_MS)
}

/** The number of samples, at least one. */
const historySize = (size: number | undefined): number | undefined =>
  size === undefined || size <= 0 ? undefined : Math.min(Math.ceil(size), LONGEST_HISTORY)

export const toProfile = (wire: t.TypeOf<typeof monitoringProfile>): MonitoringProfile => ({
  enabled: wire.enabled,
  intervalMs: intervalMs(wire.interval),
  collectCpu: wire.collect_cpu,
  collectMemory: wire.collect_memory,
  collectDiskIo: wire.collect_disk_io,
  collectThreads: wire.collect_threads,
  collectFileDescriptors: wire.collect_file_descriptors,
  exportToMqtt: wire.export_to_mqtt,
  retainHistory: wire.retain_history,
  historySize: historySize(wire.history_size),
})
