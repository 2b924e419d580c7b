import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../model/code-of.js'

/** Kinds of trusted execution environments that this machine may be in. */
export type TeeKind = 'tdx' | 'snp' | 'cca' | 'sgx'

/** The TEE of this machine; the kind is unknown if only the agent, or an entry not yet created, could tell. */
export type TeeGuest = { readonly kind: TeeKind | undefined; readonly sign: string }

export type TeeDetection = {
  readonly guest: TeeGuest | undefined
  /** Signs that this machine can host TEE guests but is not one. */
  readonly hostSigns: readonly string[]
  /** Further findings, as sentences. */
  readonly notes: readonly string[]
}

export type TeeSurroundings = {
  /** The root below which /sys, /dev, /proc and /run are read. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Where evidence is requested, below the root. */
export const TSM_REPORTS = 'sys/kernel/config/tsm/report'
/** Where the Attestation Agent listens in guests of Confidential Containers, below the root. */
export const AGENT_SOCKET = 'run/confidential-containers/attestation-agent/attestation-agent.sock'

const PROVIDERS: Readonly<Record<string, TeeKind>> = {
  tdx_guest: 'tdx',
  sev_guest: 'snp',
  arm_cca_guest: 'cca',
}

/** The kind of guest that a provider of configfs-tsm serves. */
export const kindOfProvider = (text: string): TeeKind | undefined =>
  Object.hasOwn(PROVIDERS, text.trim()) ? PROVIDERS[text.trim()] : undefined

const KIND_NAMES: Readonly<Record<TeeKind, string>> = {
  tdx: 'Intel TDX',
  snp: 'AMD SEV-SNP',
  cca: 'Arm CCA',
  sgx: 'Intel SGX',
}

export const nameOfTee = (kind: TeeKind | undefined): string =>
  kind === undefined ? 'a confidential guest' : KIND_NAMES[kind]

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const namesIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const CONFIGFS_MAGIC = 0x62656570

const isConfigfs = (path: string): boolean => {
  try {
    return statfsSync(path).type === CONFIGFS_MAGIC
  } catch {
    return false
  }
}

/** Creates an entry and reads it: without a driver for reports, the kernel creates none. */
const askedProvider = (
  reports: string,
): { readonly isThere: boolean; readonly text?: string | undefined } => {
  const entry = join(reports, `proplet-probe-${process.pid}`)
  try {
    mkdirSync(entry)
  } catch (error) {
    return { isThere: codeOf(error) !== 'ENXIO' }
  }
  try {
    return { isThere: true, text: textOf(join(entry, 'provider')) }
  } finally {
    rmdirSync(entry)
  }
}

const SHOWN_ENTRIES = 16

const byConfigfs = (root: string): TeeGuest | undefined => {
  const reports = join(root, TSM_REPORTS)
  if (!isDirectory(reports)) return undefined
  for (const name of namesIn(reports).slice(0, SHOWN_ENTRIES)) {
    const provider = textOf(join(reports, name, 'provider'))
    if (provider === undefined) continue
    const kind = kindOfProvider(provider)
    return { kind, sign: `configfs-tsm, provider ${provider.trim()}` }
  }
  if (!isConfigfs(reports)) return { kind: undefined, sign: `/${TSM_REPORTS}` }
  const { isThere, text } = askedProvider(reports)
  if (!isThere) return undefined
  return text === undefined
    ? { kind: undefined, sign: `/${TSM_REPORTS}` }
    : { kind: kindOfProvider(text), sign: `configfs-tsm, provider ${text.trim()}` }
}

const cpuFlags = (root: string): ReadonlySet<string> =>
  new Set(
    (textOf(join(root, 'proc/cpuinfo')) ?? '')
      .split('\n')
      .filter((line) => /^flags\s*:/.test(line))
      .slice(0, 1)
      .flatMap((line) => line.split(/\s+/)),
  )

const DEVICES: readonly (readonly [kind: TeeKind, path: string])[] = [
  ['tdx', 'dev/tdx_guest'],
  ['tdx', 'sys/firmware/tdx_guest'],
  ['snp', 'dev/sev-guest'],
  ['snp', 'sys/devices/platform/sev-guest'],
  ['snp', 'sys/devices/system/cpu/sev'],
]

const byDevices = (root: string, flags: ReadonlySet<string>): TeeGuest | undefined => {
  const tdx = DEVICES.find(([kind, path]) => kind === 'tdx' && existsSync(join(root, path)))
  if (tdx !== undefined) return { kind: 'tdx', sign: `/${tdx[1]}` }
  if (flags.has('tdx_guest')) return { kind: 'tdx', sign: 'the CPU flag tdx_guest' }
  const snp = DEVICES.find(([kind, path]) => kind === 'snp' && existsSync(join(root, path)))
  return snp && { kind: 'snp', sign: `/${snp[1]}` }
}

const byEnclave = ({ root, env }: TeeSurroundings): TeeGuest | undefined => {
  const gramine = textOf(join(root, 'dev/attestation/attestation_type'))?.trim()
  if (gramine === 'dcap') return { kind: 'sgx', sign: '/dev/attestation (Gramine)' }
  return (env['OCCLUM'] ?? '') === '' ? undefined : { kind: 'sgx', sign: 'the variable OCCLUM' }
}

const HOST_FILES = [
  'dev/sev',
  'sys/module/kvm_amd',
  'dev/sgx_enclave',
  'dev/sgx/enclave',
  'dev/isgx',
  'sys/module/kvm_intel/parameters/tdx',
] as const
const HOST_FLAGS = ['sev', 'sev_es', 'sev_snp', 'sgx', 'tdx_host_platform'] as const

const hostSigns = (root: string, flags: ReadonlySet<string>): readonly string[] => [
  ...HOST_FILES.filter((path) => existsSync(join(root, path))).map((path) => `/${path}`),
  ...HOST_FLAGS.filter((flag) => flags.has(flag)).map((flag) => `the CPU flag ${flag}`),
]

const hasSevStatus = (root: string): boolean =>
  namesIn(join(root, 'sys/firmware/efi/efivars')).some((name) => name.startsWith('SevStatus-'))

/**
 * Finds out which TEE this machine is in, from signs that only guests and enclaves have. Signs that hosts of guests
 * share are kept apart: an AMD server is not a confidential guest just because its processor could run one.
 */
export const detectTee = (surroundings: TeeSurroundings): TeeDetection => {
  const { root } = surroundings
  const flags = cpuFlags(root)
  const devices = byDevices(root, flags)
  const configfs = byConfigfs(root)
  const agent = existsSync(join(root, AGENT_SOCKET))
    ? { kind: undefined, sign: `the Attestation Agent at /${AGENT_SOCKET}` }
    : undefined
  const known = configfs?.kind === undefined ? undefined : configfs
  const guest = known ?? devices ?? byEnclave(surroundings) ?? configfs ?? agent
  return {
    guest,
    hostSigns: hostSigns(root, flags),
    notes:
      guest === undefined && hasSevStatus(root)
        ? [
            'SevStatus is set, but the driver sev-guest is missing. SEV and SEV-ES cannot attest at run time; an SEV-SNP guest needs the driver.',
          ]
        : [],
  }
}
