import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { startKbs, type DevKbsOptions } from '../../../src/dev/kbs.js'
import { createKbsClient, type KbsClientOptions } from '../../../src/io/kbs/client.js'
import { parseKeyReference, type KeyReference } from '../../../src/io/kbs/resource-uri.js'
import { createTransport } from '../../../src/io/kbs/transport.js'
import { sampleEvidence } from '../../../src/runtime/confidential/evidence/sample.js'
import { useCleanup } from '../../support/cleanup.js'

const cleanup = useCleanup(afterEach)
const { signal } = new AbortController()
const KEK = Buffer.alloc(32, 7)

const key = (text: string): KeyReference => {
  const parsed = parseKeyReference(text)
  if (parsed._tag === 'Left') throw new Error(parsed.left)
  return parsed.right
}
const KEY = key('kbs:///default/key/wasm')

type Given = Partial<DevKbsOptions> & {
  readonly client?: Partial<KbsClientOptions> & { readonly requestMs?: number }
}

const opened = async ({ client: own = {}, ...given }: Given = {}) => {
  const requests: string[] = []
  const kbs = await startKbs({
    resources: new Map([['default/key/wasm', KEK]]),
    onRequest: ({ step }) => requests.push(step),
    ...given,
  })
  cleanup(() => kbs.close())
  const client = createKbsClient({
    service: kbs.url,
    transport: createTransport({
      url: new URL(kbs.url),
      ca: undefined,
      timeoutMs: own.requestMs ?? 5000,
      userAgent: 'test',
    }),
    source: {
      tee: () => Promise.resolve('sample'),
      evidence: (binding) => Promise.resolve(sampleEvidence(binding).json),
    },
    keyAlgorithm: 'ECDH-ES+A256KW-P256',
    onStep: () => undefined,
    totalMs: 5000,
    now: () => performance.now(),
    random: () => 0.5,
    ...own,
  })
  cleanup(() => client.close())
  return { client, requests, kbs }
}

const count = (requests: readonly string[], step: string): number =>
  requests.filter((one) => one === step).length

describe('the handshake (17.3)', () => {
  it.each(['ECDH-ES+A256KW-P256', 'ECDH-ES+A256KW-P521', 'RSA-OAEP-256'] as const)(
    'brings a key, encrypted to %s',
    async (keyAlgorithm) => {
      const { client, requests } = await opened({ client: { keyAlgorithm } })
      expect(Buffer.from(await client.resource(KEY, signal))).toEqual(KEK)
      expect(requests).toEqual(['POST /auth', 'POST /attest', 'GET /resource/default/key/wasm'])
    },
  )

  it('is done once for ten concurrent tasks', async () => {
    const { client, requests } = await opened()
    const keys = await Promise.all(Array.from({ length: 10 }, () => client.resource(KEY, signal)))
    expect(keys.every((one) => KEK.equals(one))).toBe(true)
    expect(count(requests, 'POST /auth')).toBe(1)
    expect(count(requests, 'POST /attest')).toBe(1)
  })

  it('is repeated once if the service has forgotten the session, even for ten tasks', async () => {
    let forgotten = false
    const attested: string[] = []
    const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
      if (!forgotten || !request.url?.includes('/resource/')) return false
      if (attested.includes('new')) return false
      response
        .writeHead(401)
        .end(
          JSON.stringify({ type: 'https://x/errors/TokenNotFound', detail: 'Attestation Token not found' }),
        )
      return true
    }
    const { client, requests } = await opened({
      intercept,
      verify: () => {
        if (forgotten) attested.push('new')
        return true
      },
    })
    await client.resource(KEY, signal)
    forgotten = true
    await Promise.all(Array.from({ length: 10 }, () => client.resource(KEY, signal)))
    expect(count(requests, 'POST /auth')).toBe(2)
    expect(count(requests, 'POST /attest')).toBe(2)
  })

  it('is repeated when the token expires', async () => {
    let now = 0
    const { client, requests } = await opened({ client: { now: () => now } })
    await client.resource(KEY, signal)
    now = 4 * 60_000
    await client.resource(KEY, signal)
    expect(count(requests, 'POST /auth')).toBe(1)
    now = 6 * 60_000
    await client.resource(KEY, signal)
    expect(count(requests, 'POST /auth')).toBe(2)
  })

  it('uses version 0.2.0 if the service expects it', async () => {
    const { client, requests } = await opened({ version: '0.2.0' })
    expect(Buffer.from(await client.resource(KEY, signal))).toEqual(KEK)
    await client.resource(KEY, signal)
    expect(count(requests, 'POST /auth')).toBe(2)
  })

  it.each(['0.1.0', '0.1.1', '0.3.0', '0.5.0'])('names both versions for %s', async (version) => {
    const { client } = await opened({ version })
    await expect(client.resource(KEY, signal)).rejects.toMatchObject({
      reason: 'version',
      message: expect.stringMatching(new RegExp(`version ${version}.*0\\.4\\.0 and 0\\.2\\.0`)) as string,
    })
  })
})

describe('each refusal has its own text (17.3)', () => {
  it('of the policy', async () => {
    const { client, requests } = await opened({ policy: () => false })
    await expect(client.resource(KEY, signal)).rejects.toMatchObject({
      reason: 'policy',
      message: expect.stringMatching(/resource policy.*kbs:\/\/\/default\/key\/wasm.*sample/) as string,
    })
    expect(count(requests, 'POST /auth')).toBe(1)
  })

  it('of a resource that is missing', async () => {
    const { client } = await opened()
    await expect(client.resource(key('default/key/other'), signal)).rejects.toMatchObject({
      reason: 'missing',
      message: expect.stringContaining('no resource kbs:///default/key/other') as string,
    })
  })

  it('of evidence', async () => {
    const { client } = await opened({ verify: () => false })
    await expect(client.resource(KEY, signal)).rejects.toMatchObject({
      reason: 'evidence-refused',
      message: expect.stringContaining('refused the evidence of sample') as string,
    })
  })

  it('of evidence that is bound to other data', async () => {
    const source = {
      tee: () => Promise.resolve('sample'),
      evidence: () => Promise.resolve(sampleEvidence(Buffer.alloc(48)).json),
    }
    const { client } = await opened({ client: { source } })
    await expect(client.resource(KEY, signal)).rejects.toMatchObject({ reason: 'evidence-refused' })
  })

  it('of a session that is not known again and again', async () => {
    const { client, requests } = await opened({ sessionMs: 0 })
    await expect(client.resource(KEY, signal)).rejects.toMatchObject({ reason: 'session' })
    expect(count(requests, 'POST /auth')).toBe(2)
  })

  it('of a path that is not served', async () => {
    const { client } = await opened()
    await expect(client.resource(key('kbs+other:///a/b/c'), signal)).rejects.toMatchObject({
      reason: 'missing',
      message: expect.stringContaining('does not serve kbs+other:///a/b/c') as string,
    })
  })
})

describe('transient failures are retried (17.3)', () => {
  const failing = (times: number, fail: (response: ServerResponse) => void) => {
    let left = times
    return (_: IncomingMessage, response: ServerResponse): boolean => {
      if (left === 0) return false
      left -= 1
      fail(response)
      return true
    }
  }

  it('a status 503 with a page', async () => {
    const intercept = failing(2, (response) => response.writeHead(503).end('<html>later</html>'))
    const { client } = await opened({ intercept })
    expect(Buffer.from(await client.resource(KEY, signal))).toEqual(KEK)
  })

  it('a connection that breaks', async () => {
    const intercept = failing(2, (response) => response.socket?.destroy())
    const { client } = await opened({ intercept })
    expect(Buffer.from(await client.resource(KEY, signal))).toEqual(KEK)
  })

  it('no answer', async () => {
    const intercept = failing(1, () => undefined)
    const { client } = await opened({ intercept, client: { requestMs: 200 } })
    expect(Buffer.from(await client.resource(KEY, signal))).toEqual(KEK)
  })

  it('but not beyond the deadline', async () => {
    const intercept = failing(1000, (response) => response.writeHead(502).end('<html>'))
    const { client } = await opened({ intercept, client: { totalMs: 600 } })
    await expect(client.resource(KEY, signal)).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/status 502; gave up after retrying for 0\.6 s/) as string,
    })
  })

  it('and not once the caller has left', async () => {
    const { client } = await opened({ intercept: failing(1000, () => undefined) })
    const controller = new AbortController()
    const asked = client.resource(KEY, controller.signal)
    controller.abort(new Error('gone'))
    await expect(asked).rejects.toThrow('gone')
  })
})

it('follows redirects within the service only', async () => {
  const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url !== '/kbs/v0/auth') return false
    response.writeHead(307, { location: 'http://127.0.0.2:1/kbs/v0/auth' }).end()
    return true
  }
  const { client } = await opened({ intercept })
  await expect(client.resource(KEY, signal)).rejects.toMatchObject({ reason: 'refused' })
})
