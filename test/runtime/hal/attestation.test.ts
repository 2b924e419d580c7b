import { expect, it, onTestFinished } from 'vitest'
import { halAttestation } from '../../../src/app/confidential/hal-attestation.js'
import { detectTee } from '../../../src/host/tee.js'
import { createAttester } from '../../../src/runtime/confidential/attester.js'
import { tree } from '../../io/config/helpers.js'
import { snpReport, tdxQuote } from '../../support/tee/reports.js'
import { startTsm, type TsmOptions } from '../../support/tee/tsm.js'
import { toBinary, run } from '../embedded/harness.js'
import { callerOf, runtimeWithHal, textIn } from './harness.js'
import { moduleOf } from './raw-module.js'

const silent = { warn: () => undefined, info: () => undefined, debug: () => undefined }

const simulatedTee = async (options: Pick<TsmOptions, 'provider' | 'outblob' | 'auxblob'>) => {
  const root = tree()
  const tsm = startTsm({ root, ...options })
  onTestFinished(() => tsm.close())
  const attester = createAttester({
    mode: options.provider.startsWith('tdx') ? 'tdx' : 'snp',
    agent: { type: 'none' },
    root,
    eventLog: false,
    agentLog: 'run/none',
    detection: detectTee({ root, env: {} }),
    log: silent,
  })
  return runtimeWithHal({ attestation: halAttestation(attester) })
}

type Attested = {
  readonly measurements: Readonly<Record<string, string>>
  readonly tee: string
  readonly evidence: {
    readonly quote: string
    readonly attestation_report: { readonly report_data: number[] }
  }
  readonly report_data: string
}

const attested = async (options: Parameters<typeof simulatedTee>[0]) => {
  const call = callerOf(await simulatedTee(options), 'components/attestation-test')
  const answer = await call('run-attestation')
  const text = (typeof answer === 'string' && textIn(answer)) || ''
  const [, type, data = '', length, hex = ''] =
    /^platform-info: type=(\w+) version=0\.1\.0\nreport-data: (\w+)\nattestation: ok \(evidence len=(\d+)\)\n(\w+)$/.exec(
      text,
    ) ?? []
  const json = Buffer.from(hex, 'hex')
  expect(json.length).toBe(Number(length))
  return {
    type,
    data: `${data}${'00'.repeat(32)}`,
    text: json.toString(),
    made: JSON.parse(json.toString()) as Attested,
  }
}

it('issue 16, 5 and 17, 6: in a simulated TDX guest evidence is bound to the 64 bytes', async () => {
  const { type, data, made } = await attested({
    provider: 'tdx_guest\n',
    outblob: (inblob) => tdxQuote(inblob),
  })
  expect(type).toBe('IntelTdx')
  expect(made).toMatchObject({ tee: 'tdx', report_data: data })
  expect(Object.keys(made.measurements)).toStrictEqual(['hal', 'mrtd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'])
  expect(made.measurements['hal']).toMatch(/^[0-9a-f]{64}$/)
  expect(Buffer.from(made.evidence.quote, 'base64').toString('hex', 568, 632)).toBe(data)
})

it('issue 16, 5 and 17, 6: in a simulated SNP guest too, with numbers beyond those of JavaScript', async () => {
  const { type, data, made, text } = await attested({
    provider: 'sev_guest\n',
    auxblob: Buffer.alloc(0),
    outblob: (inblob) => {
      const report = snpReport(3, 25, 1, 1)
      report.writeBigUInt64LE(2n ** 64n - 1n, 8)
      report.set(inblob, 0x50)
      return report
    },
  })
  expect(type).toBe('AmdSev')
  expect(made).toMatchObject({ tee: 'snp', report_data: data })
  expect(Object.keys(made.measurements)).toStrictEqual(['hal', 'mrtd', 'tcb'])
  expect(Buffer.from(made.evidence.attestation_report.report_data).toString('hex')).toBe(data)
  expect(text).toContain('"policy":18446744073709551615')
})

it('issue 16, 5: capabilities match the machine; more than 64 bytes, or a failing kernel, is an error', async () => {
  const runtime = await simulatedTee({
    provider: 'tdx_guest\n',
    outblob: () => tdxQuote(Buffer.alloc(64, 1)),
  })
  const call = callerOf(runtime, 'components/hal')
  expect(await call('has-capability', ['"attestation"'])).toBe('true')
  expect(await call('has-capability', ['"secure-storage"'])).toBe('false')
  expect(await call('attestation', [`[${'1, '.repeat(64)}1]`])).toBe(
    'err("Invalid parameter: report data must be at most 64 bytes")',
  )
  expect(await call('attestation', ['[1]'])).toBe(
    'err("Attestation failed: the TDX quote is for different report data")',
  )
})

it('issue 16, 5: without a TEE a core module gets -1, and empty output', async () => {
  const body = `(func (export "main") (result i32)
    (call $platform.attestation (i32.const 0) (i32.const 8) (i32.const 64) (i32.const 32)))`
  const { outcome } = await run(await runtimeWithHal(), {
    binary: toBinary(await moduleOf(body)),
    name: 'main',
  })
  expect(outcome).toMatchObject({ results: expect.stringContaining('-1') as string })
})
