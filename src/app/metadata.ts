import { access } from 'node:fs/promises'
import { arch, endianness, hostname, networkInterfaces, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import type { TeePlatform } from '../runtime/confidential/attester.js'
import type { Config } from '../io/config/config.js'
import { packageVersion } from '../host/version.js'
import { readText } from '../host/read-text.js'

/** `metadata` of the discovery message, under its wire names. */
export type Metadata = {
  readonly description?: string
  readonly tags?: readonly string[]
  readonly location?: string
  readonly ip?: string
  readonly environment: 'docker' | 'binary'
  readonly os: string
  readonly hostname?: string
  readonly cpu_arch: string
  readonly total_memory_bytes: number
  readonly proplet_version: string
  readonly wasm_runtime: string
  /** The TEE of this machine. */
  readonly tee?: { readonly type: string; readonly sign: string }
}

const GO_OS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'windows', sunos: 'solaris' }

const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', mipsel: 'mipsle' }

/** The architecture under its Go name (GOARCH). */
export const goArch = (name: string = arch(), endian: 'BE' | 'LE' = endianness()): string =>
  name === 'ppc64' && endian === 'LE' ? 'ppc64le' : (GO_ARCH[name] ?? name)

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Whether this process runs in a container, judging by the traces that container engines leave below `root`. */
export const isContainer = async (root = '/'): Promise<boolean> => {
  if (await exists(join(root, '.dockerenv'))) return true
  if (await exists(join(root, 'run/.containerenv'))) return true
  const groups = await readText(join(root, 'proc/self/cgroup'))
  return /\/(?:docker|kubepods|containerd|lxc|libpod)|docker-[0-9a-f]{12,}/.test(groups ?? '')
}

/** The first address reachable from outside, IPv4 before IPv6. */
const address = (): string | undefined => {
  const candidates = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((one) => !one.internal && !/^fe80:/i.test(one.address))
  return (candidates.find((one) => one.family === 'IPv4') ?? candidates[0])?.address
}

const identifying = (): Pick<Metadata, 'ip' | 'hostname'> => {
  const ip = address()
  return { ...(ip === undefined ? {} : { ip }), hostname: hostname() }
}

/** The metadata of this host for the discovery message. `wasmRuntime` is the name of the runtime in use. */
export const hostMetadata = async (
  { metadata }: Pick<Config, 'metadata'>,
  wasmRuntime: string,
  root = '/',
  tee?: TeePlatform,
): Promise<Metadata> => ({
  ...(metadata.description === undefined ? {} : { description: metadata.description }),
  ...(metadata.tags.length === 0 ? {} : { tags: metadata.tags }),
  ...(metadata.location === undefined ? {} : { location: metadata.location }),
  ...(metadata.collectSystemInfo ? identifying() : {}),
  environment: (await isContainer(root)) ? 'docker' : 'binary',
  os: GO_OS[platform()] ?? platform(),
  cpu_arch: goArch(),
  total_memory_bytes: totalmem(),
  proplet_version: packageVersion().version,
  wasm_runtime: wasmRuntime,
  ...(tee !== undefined && { tee: { type: tee.kind ?? 'unknown', sign: tee.sign } }),
})
