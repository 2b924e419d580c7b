import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { detectTee } from '../../../src/host/tee.js'
import type { TeeMode } from '../../../src/model/tee.js'
import { createAttester } from '../../../src/runtime/confidential/attester.js'
import { reportFailure } from '../../../src/runtime/confidential/evidence/configfs.js'
import { makeReport } from '../../../src/runtime/confidential/evidence/report-entry.js'
import { tree } from '../../io/config/helpers.js'
import { useCleanup } from '../../support/cleanup.js'
import { snpReport, tdxQuote } from '../../support/tee/reports.js'
import { startTsm, type TsmOptions } from '../../support/tee/tsm.js'

const cleanup = useCleanup(afterEach)
const { signal } = new AbortController()
const DATA = Buffer.alloc(48, 9)

const simulated = (options: Partial<TsmOptions> & { readonly root?: string } = {}) => {
  const tsm = startTsm({
    root: options.root ?? tree(),
    provider: 'tdx_guest\n',
    outblob: (inblob) => tdxQuote(inblob),
    ...options,
  })
  cleanup(() => tsm.close())
  return tsm
}

const attester = (root: string, mode: TeeMode = 'auto') => {
  const warnings: string[] = []
  const made = createAttester({
    mode,
    agent: { type: 'none' },
    root,
    eventLog: true,
    agentLog: 'run/attestation-agent/eventlog',
    detection: detectTee({ root, env: {} }),
    log: { warn: (_, message) => warnings.push(message), info: () => undefined, debug: () => undefined },
  })
  return { ...made, warnings }
}

describe('evidence through configfs-tsm (17.2)', () => {
  it('is produced for TDX, bound to the data, and leaves no entry', async () => {
    const root = tree()
    const { reports, seen } = simulated({ root })
    const { tee, evidence, warnings } = attester(root)
    expect(await tee(signal)).toBe('tdx')
    const { json } = await evidence(DATA, signal)
    const { quote } = JSON.parse(json) as { quote: string }
    expect(Buffer.from(quote, 'base64').subarray(568, 616)).toEqual(DATA)
    expect(seen.size).toBe(2)
    expect(readdirSync(reports)).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('untested on real hardware')])
  })

  it("is produced for SNP, with the guest's privilege level", async () => {
    const root = tree()
    const { reports } = simulated({
      root,
      provider: 'sev_guest\n',
      floor: '2',
      auxblob: Buffer.alloc(0),
      outblob: (inblob) => {
        const report = snpReport(3, 25, 1, 1)
        report.set(inblob, 0x50)
        return report
      },
    })
    const { evidence } = attester(root)
    const made = await evidence(DATA, signal)
    expect(made.tee).toBe('snp')
    expect(JSON.parse(made.json)).toMatchObject({ cert_chain: null })
    expect(readdirSync(reports)).toEqual([])
  })

  it('is not sent if it is bound to other data', async () => {
    const root = tree()
    simulated({ root, outblob: () => tdxQuote(Buffer.alloc(64, 1)) })
    await expect(attester(root).evidence(DATA, signal)).rejects.toThrow('different report data')
  })

  it('is produced again if another program wrote to the entry', async () => {
    const entries: string[] = []
    const { reports } = simulated({
      generation: (entry, writes) => {
        entries.push(entry)
        return entries.length === 1 ? writes + 1 : writes
      },
    })
    const report = await makeReport({ reports, data: Buffer.alloc(64), onEntry: () => undefined })
    expect(report.outblob).toEqual(tdxQuote(Buffer.alloc(64)))
    expect(new Set(entries).size).toBe(2)
    expect(readdirSync(reports)).toEqual([])
  })

  it('is given up if another program writes at each attempt', async () => {
    const { reports } = simulated({ generation: (_, writes) => writes + 1 })
    const made = makeReport({ reports, data: Buffer.alloc(64), onEntry: () => undefined })
    await expect(made).rejects.toMatchObject({ code: 'FOREIGN_WRITE' })
    expect(readdirSync(reports)).toEqual([])
  })

  const errno = (code: string) => Object.assign(new Error(code), { code })

  it.each(['EBUSY', 'EINTR', 'ETIMEDOUT'])(
    'is requested again, through a new entry, after %s',
    async (code) => {
      const { reports, seen } = simulated()
      const entries: string[] = []
      const report = await makeReport(
        { reports, data: Buffer.alloc(64, 3), onEntry: () => undefined },
        {
          mkdir: (entry) => {
            entries.push(entry)
            return mkdir(entry)
          },
          read: async (blob) => {
            if (entries.length < 3) throw errno(code)
            return readFile(blob)
          },
        },
      )
      expect(report.outblob).toEqual(tdxQuote(Buffer.alloc(64, 3)))
      expect(new Set(entries).size).toBe(3)
      expect(seen.size).toBe(3)
      expect(readdirSync(reports)).toEqual([])
    },
  )

  it.each([
    ['EBUSY', 5],
    ['EROFS', 1],
    ['ENXIO', 1],
    ['EACCES', 1],
    ['EINVAL', 1],
  ])('is given up after %s, which occurred %d times, and leaves no entry', async (code, times) => {
    const { reports } = simulated()
    let met = 0
    const failing = () => {
      met += 1
      return Promise.reject(errno(code))
    }
    const files =
      code === 'EROFS' || code === 'ENXIO' ? { mkdir: failing, read: readFile } : { mkdir, read: failing }
    await expect(
      makeReport({ reports, data: Buffer.alloc(64), onEntry: () => undefined }, files),
    ).rejects.toMatchObject({ code })
    expect(met).toBe(times)
    expect(readdirSync(reports)).toEqual([])
  })

  it.each([
    ['ENOENT', /mount -t configfs/],
    ['EACCES', /User=root/],
    ['EROFS', /ProtectKernelTunables=yes/],
    ['ENXIO', /modprobe tdx_guest/],
    ['ETIMEDOUT', /quoting service/],
    ['ENOTTY', /guest is restarted/],
  ])('suggests what to do about %s', (code, text) => {
    expect(reportFailure({ step: 'mkdir', errno: code }).message).toMatch(text)
  })

  it('does not block the event loop while the kernel works, and leaves no entry if given up', async () => {
    const root = tree()
    const { reports, seen } = simulated({ root, outblob: () => undefined, provider: 'tdx_guest\n' })
    const controller = new AbortController()
    const asked = attester(root).evidence(DATA, controller.signal)
    await expect.poll(() => seen.size, { timeout: 10_000 }).toBe(1)
    const before = performance.now()
    await new Promise((resolve) => setImmediate(resolve))
    expect(performance.now() - before).toBeLessThan(500)
    controller.abort(new Error('given up'))
    await expect(asked).rejects.toThrow('given up')
    await expect.poll(() => readdirSync(reports), { timeout: 10_000 }).toEqual([])
  })

  it('removes the entries of processes that were killed', async () => {
    const { reports } = simulated()
    mkdirSync(join(reports, 'proplet-999999999-00'))
    mkdirSync(join(reports, 'of-somebody-else'))
    await makeReport({ reports, data: Buffer.alloc(64), onEntry: () => undefined })
    expect(readdirSync(reports)).toEqual(['of-somebody-else'])
  })

  it('suggests what to do without configfs', async () => {
    const root = tree({ 'dev/tdx_guest': '' })
    await expect(attester(root).evidence(DATA, signal)).rejects.toThrow(/mkdir: ENOENT.*mount -t configfs/)
  })

  it.skipIf(process.getuid?.() === 0)('suggests what to do without permission', async () => {
    const root = tree({ 'sys/kernel/config/tsm/report/.keep': '' })
    chmodSync(join(root, 'sys/kernel/config/tsm/report'), 0o555)
    await expect(attester(root).evidence(DATA, signal)).rejects.toThrow(/mkdir: EACCES.*root/)
  })

  it('is test evidence only if configured, with a warning', async () => {
    const sample = attester(tree(), 'sample')
    expect((await sample.evidence(DATA, signal)).tee).toBe('sample')
    expect(sample.warnings).toEqual([expect.stringContaining('proves nothing')])
    await expect(attester(tree()).evidence(DATA, signal)).rejects.toThrow('no TEE platform available')
  })

  it('comes from Gramine inside an enclave', async () => {
    const root = tree({ 'dev/attestation/attestation_type': 'dcap\n' })
    const quote = Buffer.alloc(500)
    quote.writeUInt16LE(3, 0)
    quote.set(DATA, 368)
    writeFileSync(join(root, 'dev/attestation/quote'), quote)
    expect((await attester(root).evidence(DATA, signal)).tee).toBe('sgx')
    quote.fill(1, 368, 400)
    writeFileSync(join(root, 'dev/attestation/quote'), quote)
    await expect(attester(root).evidence(DATA, signal)).rejects.toThrow('different report data')
  })
})
