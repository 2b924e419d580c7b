import { describe, expect, it } from 'vitest'
import type { TeeDetection } from '../../../src/host/tee.js'
import { IDENTITY, loaded, problemsOf, tree } from './helpers.js'

const found = (over: Partial<TeeDetection>) => ({
  detectTee: (): TeeDetection => ({ guest: undefined, hostSigns: [], notes: [], ...over }),
})
const tdx = found({ guest: { kind: 'tdx', sign: '/dev/tdx_guest' } })
const NO_KBS = 'KBS URI must be configured when TEE is detected. Set PROPLET_KBS_URI environment variable.'
const LOCAL = { ...IDENTITY, PROPLET_KBS_URI: 'http://127.0.0.1:8080' }

describe('a TEE guest without a Key Broker Service (17.1)', () => {
  it("is a problem, with the reference's error text and the detected sign", () => {
    expect(problemsOf({ env: IDENTITY }, tdx)).toStrictEqual([
      `${NO_KBS} (Intel TDX was found by /dev/tdx_guest)`,
    ])
  })

  it('is a problem if the TEE or the agent is configured', () => {
    expect(problemsOf({ env: { ...IDENTITY, PROPLET_TEE: 'snp' } })).toStrictEqual([
      `${NO_KBS} (PROPLET_TEE=snp)`,
    ])
    expect(problemsOf({ env: { ...IDENTITY, PROPLET_TEE_AGENT: 'http://127.0.0.1:8006' } })).toStrictEqual([
      `${NO_KBS} (PROPLET_TEE_AGENT is set)`,
    ])
  })

  it.each([{ PROPLET_TEE: 'none' }, { PROPLET_TEE: 'sample' }, { PROPLET_KBS_URI: 'https://kbs' }])(
    'is no problem with %o',
    (env) => {
      expect(problemsOf({ env: { ...IDENTITY, ...env } }, tdx)).toStrictEqual([])
    },
  )

  it('is no problem on a host that could run guests', () => {
    expect(problemsOf({ env: IDENTITY }, found({ hostSigns: ['/dev/sev'] }))).toStrictEqual([])
  })

  it('looks below the root that is configured', () => {
    const roots: string[] = []
    const host = {
      detectTee: (root: string): TeeDetection => {
        roots.push(root)
        return { guest: undefined, hostSigns: [], notes: [] }
      },
    }
    loaded({ env: { ...IDENTITY, PROPLET_TEE_SYSROOT: '/fake' } }, host)
    loaded({ env: IDENTITY }, host)
    expect(roots).toStrictEqual(['/fake', '/'])
  })
})

describe('the Key Broker Service', () => {
  it('is used with the default key', () => {
    expect(loaded({ env: LOCAL }).config.confidential).toMatchObject({
      tee: 'auto',
      agent: { type: 'auto' },
      keyTimeoutMs: 120_000,
      keys: { type: 'kbs', url: 'http://127.0.0.1:8080', ca: undefined, keyAlgorithm: 'ECDH-ES+A256KW-P256' },
    })
    expect(loaded({ env: LOCAL }).warnings).toStrictEqual([])
  })

  it('causes a warning without TLS, except on this machine', () => {
    expect(loaded({ env: { ...IDENTITY, PROPLET_KBS_URI: 'http://kbs:8080' } }).warnings).toStrictEqual([
      expect.stringContaining('kbs:8080 is contacted without TLS'),
    ])
  })

  const AGENT =
    '[token_configs.kbs]\nurl = "https://of-file"\ncert = "PEM"\ntee_key_algorithm = "RSA-OAEP-256"\n'

  it.each(['aa.toml', 'aa.conf'])("is read from the agent's file %s", (name) => {
    const env = { ...IDENTITY, PROPLET_AA_CONFIG_PATH: `${tree({ [name]: AGENT })}/${name}` }
    expect(loaded({ env }, tdx).config.confidential.keys).toStrictEqual({
      type: 'kbs',
      url: 'https://of-file',
      ca: 'PEM',
      keyAlgorithm: 'RSA-OAEP-256',
    })
    expect(loaded({ env: { ...LOCAL, ...env } }).config.confidential.keys).toMatchObject({
      url: 'http://127.0.0.1:8080',
      ca: 'PEM',
    })
  })

  it('is read from a JSON file', () => {
    const file = `${tree({ 'aa.json': '{"token_configs":{"kbs":{"url":"https://k"}}}' })}/aa.json`
    const env = { ...IDENTITY, PROPLET_AA_CONFIG_PATH: file }
    expect(loaded({ env }).config.confidential.keys).toMatchObject({ url: 'https://k' })
  })

  it("is a problem when the agent's file can't be read, or used", () => {
    const problem = (file: string) => problemsOf({ env: { ...LOCAL, PROPLET_AA_CONFIG_PATH: file } })
    const dir = tree({ 'a.toml': '= x', 'b.toml': '[token_configs.kbs]\ntee_key_algorithm = "none"\n' })
    expect(problem('/nowhere/aa.toml')[0]).toContain('expected a readable file')
    expect(problem(`${dir}/a.toml`)[0]).toContain('expected TOML')
    expect(problem(`${dir}/b.toml`)[0]).toContain('tee_key_algorithm: expected one of')
  })

  it('causes a warning for the section that the agent ignores', () => {
    const file = `${tree({ 'aa.toml': '[token_configs.coco_kbs]\nurl = "http://x"\n' })}/aa.toml`
    expect(loaded({ env: { ...LOCAL, PROPLET_AA_CONFIG_PATH: file } }).warnings).toStrictEqual([
      expect.stringContaining('coco_kbs'),
    ])
  })
})

describe('a key provider (17.4)', () => {
  it('takes precedence over the Key Broker Service', () => {
    const env = { ...LOCAL, PROPLET_KEY_PROVIDER: '127.0.0.1:50011' }
    expect(loaded({ env }).config.confidential.keys).toStrictEqual({
      type: 'provider',
      address: '127.0.0.1:50011',
    })
  })

  it("is read from ocicrypt's file", () => {
    const json =
      '{"key-providers":{"other":{"cmd":{"path":"x"}},"attestation-agent":{"grpc":"127.0.0.1:50011"}}}'
    const file = `${tree({ 'keys.conf': json })}/keys.conf`
    expect(
      loaded({ env: { ...IDENTITY, OCICRYPT_KEYPROVIDER_CONFIG: file } }, tdx).config.confidential.keys,
    ).toStrictEqual({ type: 'provider', address: '127.0.0.1:50011' })
  })

  it('is a problem if the file is malformed, and a warning if it names no gRPC provider', () => {
    const dir = tree({ bad: '{', none: '{"key-providers":{"a":{"ttrpc":"unix:///x"}}}' })
    expect(problemsOf({ env: { ...LOCAL, OCICRYPT_KEYPROVIDER_CONFIG: `${dir}/bad` } })[0]).toContain(
      'expected JSON',
    )
    expect(loaded({ env: { ...LOCAL, OCICRYPT_KEYPROVIDER_CONFIG: `${dir}/none` } }).warnings[0]).toContain(
      'names no gRPC provider',
    )
  })
})

describe('the event log of the Attestation Agent', () => {
  const agentLog = (env: Record<string, string>) =>
    loaded({ env: { ...LOCAL, ...env } }).config.confidential.agentLog

  it('is at AAEL_PATH, as the agent itself reads it', () => {
    expect(agentLog({ AAEL_PATH: '/run/aael' })).toBe('/run/aael')
  })

  it('is at PROPLET_AAEL_PATH first, and where the agent keeps it if neither is set', () => {
    expect(agentLog({ AAEL_PATH: '/run/aael', PROPLET_AAEL_PATH: '/run/other' })).toBe('/run/other')
    expect(agentLog({ AAEL_PATH: '' })).toBe('/run/attestation-agent/eventlog')
  })
})

it('warns of test evidence', () => {
  expect(loaded({ env: { ...LOCAL, PROPLET_TEE: 'sample' } }).warnings[0]).toContain('proves nothing')
})
