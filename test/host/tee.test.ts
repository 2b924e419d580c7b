import { describe, expect, it } from 'vitest'
import { detectTee } from '../../src/host/tee.js'
import { tree } from '../io/config/helpers.js'

describe('detectTee', () => {
  it.each([
    ['tdx', 'dev/tdx_guest'],
    ['tdx', 'sys/firmware/tdx_guest'],
    ['sev', 'dev/sev-guest'],
    ['sev', 'dev/sev'],
    ['sev', 'sys/firmware/efi/efivars/SevStatus-00000000-0000-0000-0000-000000000000'],
    ['sgx', 'dev/sgx_enclave'],
    ['sgx', 'dev/sgx/enclave'],
    ['sgx', 'dev/isgx'],
  ])('is %s by %s', (tee, file) => {
    expect(detectTee(tree({ [file]: '' }))).toBe(tee)
  })

  it('knows the CPU flag of a TDX guest', () => {
    expect(detectTee(tree({ 'proc/cpuinfo': 'model name\t: X\nflags\t\t: fpu vme tdx_guest sgx\n' }))).toBe(
      'tdx',
    )
  })

  it('does not take the CPU flags of hosts for a TEE', () => {
    const flags = 'flags\t\t: fpu sev sev_es sev_snp sgx sgx_lc tdx_host_platform\n'
    const info = `model name\t: tdx_guest\n${flags}`
    expect(
      detectTee(tree({ 'proc/cpuinfo': info, 'sys/firmware/efi/efivars/Boot0000-x': '' })),
    ).toBeUndefined()
  })

  it('asks for TDX first, then SEV, then SGX', () => {
    expect(detectTee(tree({ 'dev/isgx': '', 'dev/sev': '', 'dev/tdx_guest': '' }))).toBe('tdx')
    expect(detectTee(tree({ 'dev/isgx': '', 'dev/sev': '' }))).toBe('sev')
  })

  it('finds none on an empty host', () => {
    expect(detectTee(tree())).toBeUndefined()
  })
})
