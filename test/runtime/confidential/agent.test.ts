import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttp, type Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server as GrpcServer, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { bytesAt, bytesField, readFields } from '../../../src/net/protobuf.js'
import type { AgentChoice } from '../../../src/model/tee.js'
import { createAttester } from '../../../src/runtime/confidential/attester.js'
import { useCleanup } from '../../support/cleanup.js'
import { snpReport, tdxQuote } from '../../support/tee/reports.js'

const cleanup = useCleanup(afterEach)
const { signal } = new AbortController()
const DATA = Buffer.alloc(48, 5)
const WHOLE = Buffer.concat([DATA, Buffer.alloc(16)])

const quoteOf = (data: Uint8Array) => JSON.stringify({ quote: tdxQuote(data).toString('base64') })

const attester = (agent: AgentChoice) =>
  createAttester({
    mode: 'auto',
    agent,
    root: '/nowhere',
    eventLog: true,
    agentLog: 'x',
    detection: { guest: undefined, hostSigns: [], notes: [] },
    log: { warn: () => undefined, info: () => undefined, debug: () => undefined },
  })

const listening = async (server: Server | HttpServer, where: number | string): Promise<number> => {
  await new Promise<void>((resolve) => {
    if (typeof where === 'number') server.listen(where, '127.0.0.1', resolve)
    else server.listen(where, resolve)
  })
  cleanup(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The agent's REST service; an old version takes the text literally. */
const rest = async (
  isNew: boolean,
  evidence: (data: Buffer) => string,
  tee = 'tdx',
): Promise<AgentChoice> => {
  const server = createHttp((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    if (url.pathname === '/info') {
      response.end(JSON.stringify({ version: '0.21.0', tee, feature: 'all' }))
      return
    }
    const text = url.searchParams.get('runtime_data') ?? ''
    const isDecoded = isNew && url.searchParams.get('encoding') === 'base64'
    response.end(evidence(isDecoded ? Buffer.from(text, 'base64url') : Buffer.from(text)))
  })
  return { type: 'rest', url: `http://127.0.0.1:${await listening(server, 0)}` }
}

const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc(64)]).subarray(0, 64)

describe('the agent over REST (17.2)', () => {
  it('returns evidence bound to the data', async () => {
    const made = attester(await rest(true, (data) => quoteOf(padded(data))))
    expect(await made.tee(signal)).toBe('tdx')
    expect((await made.evidence(DATA, signal)).json).toBe(quoteOf(WHOLE))
  })

  it('is recognised as too old to accept bytes', async () => {
    const made = attester(await rest(false, (data) => quoteOf(padded(data))))
    await expect(made.evidence(DATA, signal)).rejects.toThrow(/bound to other data.*0\.21/)
  })

  it('keeps numbers of a report as they are', async () => {
    const report = { report_data: [...WHOLE], measurement: [...snpReport(3, 25, 1, 1).subarray(0x90, 0xc0)] }
    const json = `{"attestation_report":${JSON.stringify(report).slice(0, -1)},"policy":18446744073709551615}}`
    const made = attester(await rest(true, () => json, 'snp'))
    expect((await made.evidence(DATA, signal)).json).toBe(json)
  })

  it.each([
    ['sample evidence', '{"svn":"1","report_data":"AA=="}', /only sample evidence/],
    ['no JSON', '<html>', /something other than JSON/],
    ['a million brackets', '['.repeat(1_000_000), /JSON nested at most 256 deep/],
    ['half a million numbers', `[0${',0'.repeat(500_000)}]`, /at most 32768 values/],
    ['a list', '[]', /something other than evidence/],
    ['nothing of a quote', '{}', /without a quote/],
  ])('is refused with %s', async (_, json, text) => {
    await expect(attester(await rest(true, () => json)).evidence(DATA, signal)).rejects.toThrow(text)
  })

  it('is named by its address if it is missing', async () => {
    const made = attester({ type: 'rest', url: 'http://127.0.0.1:1' })
    await expect(made.evidence(DATA, signal)).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached/)
  })
})

describe('the agent by its socket (17.2)', () => {
  const socketOf = async (answer: (method: string, payload: Buffer) => Buffer): Promise<AgentChoice> => {
    const directory = mkdtempSync(join(tmpdir(), 'proplet-agent-'))
    cleanup(() => rmSync(directory, { recursive: true, force: true }))
    const path = join(directory, 'agent.sock')
    const server = createServer((socket) =>
      socket.on('data', (frame: Buffer) => {
        expect([frame.readUInt32BE(4) % 2, frame.readUInt8(8)]).toEqual([1, 1])
        const fields = readFields(frame.subarray(10))
        expect(bytesAt(fields, 1).toString()).toBe('attestation_agent.AttestationAgentService')
        const body = answer(bytesAt(fields, 2).toString(), bytesAt(fields, 3))
        const header = Buffer.alloc(10)
        header.writeUInt32BE(body.length, 0)
        header.writeUInt32BE(frame.readUInt32BE(4), 4)
        header.writeUInt8(2, 8)
        // In two pieces, as TCP may deliver it.
        socket.write(header)
        setImmediate(() => socket.write(body))
      }),
    )
    await listening(server, path)
    return { type: 'socket', path }
  }

  it('returns evidence over ttrpc', async () => {
    const made = attester(
      await socketOf((method, payload) => {
        if (method === 'GetTeeType') return bytesField(2, bytesField(1, 'tdx'))
        return bytesField(2, bytesField(1, quoteOf(padded(bytesAt(readFields(payload), 1)))))
      }),
    )
    expect((await made.evidence(DATA, signal)).json).toBe(quoteOf(WHOLE))
  })

  it('passes on the reason of a refusal', async () => {
    const refused = Buffer.concat([Buffer.from([8, 2]), bytesField(2, 'no hardware')])
    const made = attester(
      await socketOf((method) =>
        method === 'GetTeeType' ? bytesField(2, bytesField(1, 'tdx')) : bytesField(1, refused),
      ),
    )
    await expect(made.evidence(DATA, signal)).rejects.toThrow('the agent refused: no hardware')
  })
})

it('supports the agent over gRPC, as the guest of the Rust proplet runs it (17.2)', async () => {
  const handler: handleUnaryCall<Buffer, Buffer> = (call, done) =>
    done(null, bytesField(1, quoteOf(padded(bytesAt(readFields(call.request), 1)))))
  const plain = (bytes: Buffer) => bytes
  const server = new GrpcServer()
  server.addService(
    {
      GetEvidence: {
        path: '/attestation_agent.AttestationAgentService/GetEvidence',
        requestStream: false,
        responseStream: false,
        requestSerialize: plain,
        requestDeserialize: plain,
        responseSerialize: plain,
        responseDeserialize: plain,
      },
      GetTeeType: {
        path: '/attestation_agent.AttestationAgentService/GetTeeType',
        requestStream: false,
        responseStream: false,
        requestSerialize: plain,
        requestDeserialize: plain,
        responseSerialize: plain,
        responseDeserialize: plain,
      },
    },
    {
      GetEvidence: handler,
      GetTeeType: ((_, done) => done(null, bytesField(1, 'tdx'))) satisfies handleUnaryCall<Buffer, Buffer>,
    },
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  )
  cleanup(() => server.forceShutdown())
  const made = attester({ type: 'grpc', address: `127.0.0.1:${port}` })
  expect((await made.evidence(DATA, signal)).json).toBe(quoteOf(WHOLE))
})
