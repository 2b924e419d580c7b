import { randomBytes } from 'node:crypto'
import { Server, ServerCredentials, status, type handleUnaryCall } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { openSealed } from '../../../src/io/download/ocicrypt/open.js'
import { sealForRecipients } from '../../../src/io/download/ocicrypt/seal.js'
import { unwrapOptions } from '../../../src/io/download/ocicrypt/unwrap.js'
import { parsePacket } from '../../../src/io/download/ocicrypt/packet.js'
import { createKeyProvider } from '../../../src/io/key-provider/key-provider.js'
import { bytesAt, bytesField, readFields } from '../../../src/net/protobuf.js'
import { useCleanup } from '../../support/cleanup.js'
import { fixture } from '../../support/wire.js'

const cleanup = useCleanup(afterEach)
const { signal } = new AbortController()
const KEK = randomBytes(32)

type Request = { readonly op: string; readonly keyunwrapparams: { readonly annotation: string } }

/** A provider that has the key, and responds with what `written` returns. */
const provider = async (written: (options: Buffer) => unknown): Promise<string> => {
  const plain = (bytes: Buffer) => bytes
  const unwrap: handleUnaryCall<Buffer, Buffer> = (call, done) => {
    const request = JSON.parse(bytesAt(readFields(call.request), 1).toString()) as Request
    expect(request.op).toBe('keyunwrap')
    const packet = parsePacket(Buffer.from(request.keyunwrapparams.annotation, 'base64'), 'x')
    const optsdata = written(unwrapOptions(packet, KEK))
    if (optsdata === undefined) done({ code: status.PERMISSION_DENIED, details: 'policy says no' })
    else done(null, bytesField(1, JSON.stringify({ keyunwrapresults: { optsdata } })))
  }
  const server = new Server()
  server.addService(
    {
      UnWrapKey: {
        path: '/keyprovider.KeyProviderService/UnWrapKey',
        requestStream: false,
        responseStream: false,
        requestSerialize: plain,
        requestDeserialize: plain,
        responseSerialize: plain,
        responseDeserialize: plain,
      },
    },
    { UnWrapKey: unwrap },
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  )
  cleanup(() => server.forceShutdown())
  return `127.0.0.1:${port}`
}

const opened = async (address: string, trusted?: string) => {
  const plain = fixture('add')
  const sealed = await sealForRecipients(plain, 'x/wasm', [{ kid: 'kbs:///a/b/c', kek: KEK }], signal)
  const { binary } = await openSealed(
    { ciphertext: sealed.ciphertext, annotations: sealed.annotations, diffId: undefined, what: 'x', trusted },
    {
      source: { type: 'provider', unwrap: createKeyProvider({ address, timeoutMs: 5000 }) },
      maxBytes: 1024 * 1024,
      allowTestKey: false,
    },
    signal,
  )
  return binary.equals(plain)
}

describe('a key provider over gRPC (17.4)', () => {
  it('unwraps keys in the encodings of Rust and of Go', async () => {
    expect(await opened(await provider((options) => [...options]))).toBe(true)
    expect(await opened(await provider((options) => options.toString('base64')))).toBe(true)
  })

  it('gets no request for a key that the task does not trust', async () => {
    const address = await provider((options) => [...options])
    expect(await opened(address, 'a/b/c')).toBe(true)
    await expect(opened(address, 'd/e/f')).rejects.toThrow(/kbs:\/\/\/a\/b\/c.*kbs:\/\/\/d\/e\/f/)
  })

  it.each([
    ['refuses', undefined, /policy says no/],
    ['answers with an unexpected message', 5, /something other than a key/],
    ['answers with what is not bytes', [300], /something other than a key/],
  ])('causes an error if it %s', async (_, answer, text) => {
    await expect(opened(await provider(() => answer))).rejects.toThrow(text)
  })

  it('causes an error if it is missing', async () => {
    await expect(opened('127.0.0.1:1')).rejects.toThrow(/failed to unwrap the key: 127\.0\.0\.1:1/)
  })
})
