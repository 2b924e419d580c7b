import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { bindingOf, type TeePublicKey } from '../io/kbs/binding.js'
import { sealFor, type OfferedKey } from './kbs-seal.js'
import { parseObject, type JsonObject } from './json.js'

/** The service's log of a request. */
export type KbsEvent = { readonly step: string; readonly status: number; readonly detail: string }

export type DevKbsOptions = {
  /** The protocol version; by default 0.4.0. */
  readonly version?: string
  /** Keys by `repository/type/tag`. */
  readonly resources: ReadonlyMap<string, Uint8Array>
  /** Whether this evidence may access that resource; by default always. */
  readonly policy?: (tee: string, path: string) => boolean
  /** Verifies evidence, beyond the checks of sample evidence. */
  readonly verify?: (tee: string, evidence: JsonObject, binding: Buffer) => boolean
  /** Lifetime of sessions and tokens, in milliseconds. */
  readonly sessionMs?: number
  readonly onRequest?: (event: KbsEvent) => void
  /** Called for each token that is issued. */
  readonly onToken?: (token: string) => void
  /** Responds in place of the service, like a failing proxy; returns true if it did. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export type DevKbs = { readonly url: string; readonly close: () => Promise<void> }

type Session = {
  readonly nonce: string
  readonly tee: string
  readonly endsAt: number
  token?: string
  key?: OfferedKey
}

const ERRORS = 'https://github.com/confidential-containers/kbs/errors'
const SESSION_MS = 5 * 60_000
const COOKIE = 'kbs-session-id'
const MAX_BODY_BYTES = 2_000_000
const RESOURCE = /^\/resource\/([\w-][\w.-]*\/[\w-][\w.-]*\/[\w-][\w.-]*)$/

type Reply = {
  readonly status: number
  readonly body: object
  readonly cookie?: string
  readonly detail: string
}

const refusal = (status: number, name: string, detail: string): Reply => ({
  status,
  body: { type: `${ERRORS}/${name}`, detail },
  detail: `${name}: ${detail}`,
})

const ATTEST_FAILED = refusal(401, 'AttestationError', 'Attestation error: RCAR handshake Attest failed')

const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MAX_BODY_BYTES) return {}
    pieces.push(piece)
  }
  return parseObject(Buffer.concat(pieces)) ?? {}
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null

const objectAt = (value: JsonObject, key: string): JsonObject => {
  const found = value[key]
  return isObject(found) ? found : {}
}

const sampleIsRight = (evidence: JsonObject, binding: Buffer): boolean =>
  evidence['report_data'] === binding.toString('base64')

/** A token that states its lifetime; unsigned, because nothing here verifies it. */
const tokenOf = (lifeMs: number): string => {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iat: now, exp: now + Math.ceil(lifeMs / 1000) }
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${randomBytes(16).toString('base64url')}`
}

/**
 * A small Key Broker Service for tests and the demo: Trustee's protocol, with keys in memory. It only checks that
 * sample evidence is bound to the session; it accepts evidence from hardware without verifying it.
 */
export const startKbs = async (options: DevKbsOptions): Promise<DevKbs> => {
  const { version = '0.4.0', resources, policy = () => true, verify, onRequest, intercept } = options
  const { sessionMs = SESSION_MS } = options
  const sessions = new Map<string, Session>()

  const auth = (body: JsonObject): Reply => {
    if (body['version'] !== version)
      return refusal(
        401,
        'AttestationError',
        `Attestation error: RCAR handshake Auth failed: KBS Client Protocol Version Mismatch: expect =${version} while the request is ${String(body['version'])}`,
      )
    const id = randomBytes(16).toString('hex')
    const nonce = randomBytes(32).toString('base64')
    sessions.set(id, { nonce, tee: String(body['tee']), endsAt: Date.now() + sessionMs })
    return {
      status: 200,
      body: { nonce, 'extra-params': '' },
      cookie: `${COOKIE}=${id}; Expires=${new Date(Date.now() + sessionMs).toUTCString()}`,
      detail: `challenge for ${String(body['tee'])}`,
    }
  }

  const attest = (body: JsonObject, session: Session | undefined): Reply => {
    if (session === undefined) return ATTEST_FAILED
    // Like the real service, which always returns the first token of a session.
    if (session.token !== undefined)
      return { status: 200, body: { token: session.token }, detail: 'old token' }
    const isOld = version !== '0.4.0'
    const runtime = isOld ? { ...body, nonce: session.nonce } : objectAt(body, 'runtime-data')
    const key = objectAt(runtime, 'tee-pubkey') as unknown as TeePublicKey
    const evidence = isOld
      ? objectAt(body, 'tee-evidence')
      : objectAt(objectAt(body, 'tee-evidence'), 'primary_evidence')
    if (runtime['nonce'] !== session.nonce) return ATTEST_FAILED
    const bound = { nonce: session.nonce, 'tee-pubkey': key, ...(!isOld && { 'additional-evidence': '' }) }
    const binding = bindingOf(bound)
    const isRight = session.tee !== 'sample' || sampleIsRight(evidence, binding)
    if (!isRight || verify?.(session.tee, evidence, binding) === false) return ATTEST_FAILED
    session.token = tokenOf(sessionMs)
    options.onToken?.(session.token)
    session.key = key
    return { status: 200, body: { token: session.token }, detail: `evidence of ${session.tee} accepted` }
  }

  const resource = (path: string, session: Session | undefined): Reply => {
    if (session?.key === undefined) return refusal(401, 'TokenNotFound', 'Attestation Token not found')
    if (session.endsAt <= Date.now()) return refusal(401, 'TokenVerifierError', 'Token Verifier error')
    if (!policy(session.tee, path)) return refusal(401, 'PolicyDeny', 'Access denied by policy')
    const found = resources.get(path)
    if (found === undefined) return refusal(401, 'PluginInternalError', 'Plugin internal error')
    const sealed = sealFor(session.key, found)
    if (sealed === undefined) return refusal(401, 'JweError', 'JWE failed')
    return { status: 200, body: sealed, detail: `key ${path} released, encrypted to the attested key` }
  }

  const answer = async (request: IncomingMessage, path: string): Promise<Reply> => {
    const id = new RegExp(`${COOKIE}=([0-9a-f]{32})`).exec(request.headers.cookie ?? '')?.[1] ?? ''
    const session = sessions.get(id)
    const [, wanted] = RESOURCE.exec(path) ?? []
    if (request.method === 'POST' && path === '/auth') return auth(await bodyOf(request))
    if (request.method === 'POST' && path === '/attest') return attest(await bodyOf(request), session)
    if (request.method === 'GET' && wanted !== undefined) return resource(wanted, session)
    return refusal(404, 'PluginNotFound', `Plugin ${path.split('/')[1] ?? ''} not found`)
  }

  const server = createServer((request, response) => {
    if (intercept?.(request, response) === true) return
    const path = (request.url ?? '').replace(/^\/kbs\/v0/, '')
    void answer(request, path).then(({ status, body, cookie, detail }) => {
      onRequest?.({ step: `${request.method ?? ''} ${path}`, status, detail })
      response.writeHead(status, {
        ...(status === 200 && { 'content-type': 'application/json' }),
        ...(cookie !== undefined && { 'set-cookie': cookie }),
      })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
