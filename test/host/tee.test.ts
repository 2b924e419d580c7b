import { describe, expect, it } from 'vitest'
import { detectTee } from '../../src/host/tee.js'
import { tree } from '../io/config/helpers.js'

const detect = (files: Readonly<Record<string, string>> = {}, env = {}) =>
  detectTee({ root: tree(files), env })

const cpuinfo = (flags: string) => ({
  'proc/cpuinfo': `model name\t: tdx_guest\nflags\t\t: fpu vme ${flags}\n`,
})

describe('signs of a guest (17.1)', () => {
  it.each([
    ['tdx', 'sys/kernel/config/tsm/report/a/provider', 'tdx_guest\n'],
    ['snp', 'sys/kernel/config/tsm/report/a/provider', 'sev_guest\n'],
    ['cca', 'sys/kernel/config/tsm/report/a/provider', 'arm_cca_guest\n'],
    ['tdx', 'dev/tdx_guest', ''],
    ['tdx', 'sys/firmware/tdx_guest', ''],
    ['snp', 'dev/sev-guest', ''],
    ['snp', 'sys/devices/platform/sev-guest/uevent', ''],
    ['snp', 'sys/devices/system/cpu/sev/vmpl', '0\n'],
    ['sgx', 'dev/attestation/attestation_type', 'dcap\n'],
  ])('%s by %s', (kind, file, text) => {
    const { guest } = detect({ [file]: text })
    expect(guest?.kind).toBe(kind)
    expect(guest?.sign).not.toBe('')
  })

  it('tdx by the flag of the processor', () => {
    expect(detect(cpuinfo('tdx_guest sgx')).guest).toEqual({ kind: 'tdx', sign: 'the CPU flag tdx_guest' })
  })

  it('sgx by the variable of Occlum', () => {
    expect(detect({}, { OCCLUM: 'yes' }).guest?.kind).toBe('sgx')
  })

  it.each([
    'sys/kernel/config/tsm/report/.keep',
    'run/confidential-containers/attestation-agent/attestation-agent.sock',
  ])('a guest whose type is determined later by %s', (file) => {
    const { guest } = detect({ [file]: '' })
    expect(guest).toBeDefined()
    expect(guest?.kind).toBeUndefined()
  })

  it('trusts a provider more than a device', () => {
    const files = { 'sys/kernel/config/tsm/report/a/provider': 'sev_guest\n', 'dev/tdx_guest': '' }
    expect(detect(files).guest?.kind).toBe('snp')
  })
})

describe('signs of a host (17.1)', () => {
  it.each([
    ['dev/sev', '/dev/sev'],
    ['dev/sgx_enclave', '/dev/sgx_enclave'],
    ['dev/sgx/enclave', '/dev/sgx/enclave'],
    ['dev/isgx', '/dev/isgx'],
    ['sys/module/kvm_amd/refcnt', '/sys/module/kvm_amd'],
  ])('%s does not make a guest', (file, sign) => {
    expect(detect({ [file]: '' })).toMatchObject({ guest: undefined, hostSigns: [sign] })
  })

  it.each(['sev', 'sev_es', 'sev_snp', 'sgx', 'tdx_host_platform'])('nor does the flag %s', (flag) => {
    expect(detect(cpuinfo(flag))).toMatchObject({ guest: undefined, hostSigns: [`the CPU flag ${flag}`] })
  })

  it('nor does an attestation type of Gramine without quotes', () => {
    expect(detect({ 'dev/attestation/attestation_type': 'none\n' }).guest).toBeUndefined()
  })

  it('says that plain SEV cannot attest', () => {
    const { guest, notes } = detect({
      'sys/firmware/efi/efivars/SevStatus-00000000-0000-0000-0000-000000000000': '',
    })
    expect(guest).toBeUndefined()
    expect(notes.join()).toContain('SEV-ES')
  })

  it('finds nothing on an empty machine', () => {
    expect(detect()).toEqual({ guest: undefined, hostSigns: [], notes: [] })
  })
})
