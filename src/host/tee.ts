import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A Trusted Execution Environment that this host is a guest of, or offers. */
export type Tee = 'tdx' | 'sev' | 'sgx'

const hasCpuFlag = (root: string, flag: string): boolean => {
  try {
    const info = readFileSync(join(root, 'proc/cpuinfo'), 'utf8')
    return info.split('\n').some((line) => /^flags\s*:/.test(line) && line.split(/\s+/).includes(flag))
  } catch {
    return false // No procfs: then the device nodes alone decide.
  }
}

const hasEfiVariable = (root: string, prefix: string): boolean => {
  try {
    return readdirSync(join(root, 'sys/firmware/efi/efivars')).some((name) => name.startsWith(prefix))
  } catch {
    return false // Not booted by EFI.
  }
}

/**
 * Probes for a TEE, TDX first, then SEV, then SGX, by device nodes and EFI variables (design document, TEE
 * detection). The CPU flags `sev` and `sgx` are no proof: the hosts have them as well; `tdx_guest` is set in guests
 * only.
 */
export const detectTee = (root = '/'): Tee | undefined => {
  const has = (...paths: readonly string[]): boolean => paths.some((path) => existsSync(join(root, path)))
  if (has('dev/tdx_guest', 'sys/firmware/tdx_guest') || hasCpuFlag(root, 'tdx_guest')) return 'tdx'
  if (has('dev/sev-guest', 'dev/sev') || hasEfiVariable(root, 'SevStatus-')) return 'sev'
  if (has('dev/sgx_enclave', 'dev/sgx/enclave', 'dev/isgx')) return 'sgx'
  return undefined
}
