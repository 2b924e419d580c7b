import type { StartCommand } from '../../model/command.js'

/** How a task is monitored. */
export type Profile = {
  readonly intervalMs: number
  readonly cpu: boolean
  readonly memory: boolean
  readonly diskIo: boolean
  readonly threads: boolean
  readonly fileDescriptors: boolean
  /** Samples to aggregate over; 0 for none. */
  readonly historySize: number
}

const STANDARD = { intervalMs: 10_000, historySize: 100 }
const DAEMON = { intervalMs: 120_000, historySize: 500 }

/**
 * The command's profile over the default of its kind; undefined if there is nothing to monitor. A latent task does not run,
 * and samples that are not exported would reach no one.
 */
export const profileOf = ({
  daemon,
  latent,
  monitoringProfile: given,
}: Pick<StartCommand, 'daemon' | 'latent' | 'monitoringProfile'>): Profile | undefined => {
  if (latent || given?.enabled === false || given?.exportToMqtt === false) return undefined
  const standard = daemon ? DAEMON : STANDARD
  return {
    intervalMs: given?.intervalMs ?? standard.intervalMs,
    cpu: given?.collectCpu ?? true,
    memory: given?.collectMemory ?? true,
    diskIo: given?.collectDiskIo ?? true,
    threads: given?.collectThreads ?? true,
    fileDescriptors: given?.collectFileDescriptors ?? true,
    historySize: given?.retainHistory === false ? 0 : (given?.historySize ?? standard.historySize),
  }
}
