import { createHash } from 'node:crypto'
import { DownloadError } from '../../../model/download.js'
import type { Attempt } from '../transfer/context.js'
import { drop, textOf } from '../http/body.js'
import { statusError } from '../http/errors.js'
import { follow, type Reply } from '../http/follow.js'
import type { Authorizer } from './authorizer.js'
import { inTurns } from '../../slices.js'
import { ACCEPT, parseManifest, type Manifest } from './manifest.js'
import { DOCKER_HUB, type ImageReference } from './reference.js'

/** Larger JSON would block the event loop; manifests have a few kilobytes. */
const MAX_MANIFEST_BYTES = 512 * 1024

/** Statuses by which registries may refuse an expired token, in addition to 401. */
const EXPIRED: ReadonlySet<number> = new Set([400, 401, 403])

export type RegistryClient = {
  /** A manifest or an index, with its digest verified. */
  readonly manifest: (version: string, attempt: Attempt) => Promise<Manifest>
  /** Requests a blob from byte `from` on: 200 means all of it, 206 the rest. */
  readonly blob: (digest: string, from: number, attempt: Attempt) => Promise<Reply>
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(host) || host === '[::1]'

/** Whether a registry is accessed without TLS: it is on this machine, or it is listed. */
export const isPlain = (registry: string, insecure: readonly string[]): boolean => {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(registry) ?? []
  return insecure.includes(registry) || insecure.includes(host) || (isLoopback(host) && port !== '443')
}

const originOf = (registry: string, plain: boolean): string => {
  if (registry === DOCKER_HUB) return 'https://registry-1.docker.io'
  return `${plain ? 'http' : 'https'}://${registry}`
}

const checkDigest = (bytes: Buffer, expected: string | undefined, what: string): void => {
  if (expected === undefined) return
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (found !== expected) throw new DownloadError(`${what}: found ${found}; expected ${expected}`)
}

/** A client of the distribution protocol for the registry of one image. */
export const createRegistryClient = (
  { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
  insecure: readonly string[],
  authorizer: Authorizer,
): RegistryClient => {
  const base = `${originOf(registry, isPlain(registry, insecure))}/v2/${repository}`

  /** Authenticates once if required; a second refusal is final. */
  const get = async (path: string, headers: Readonly<Record<string, string>>, attempt: Attempt) => {
    const { http, signal } = attempt
    const send = () =>
      follow(http, { url: new URL(`${base}${path}`), headers, authorization: authorizer.header(), signal })
    const hadToken = authorizer.header() !== undefined
    const first = await send()
    const status = first.response.statusCode ?? 0
    const challenge = first.response.headers['www-authenticate']
    if (!first.ownOrigin) return first
    if (status === 401 && challenge !== undefined) {
      drop(first.response)
      await authorizer.answer(challenge, attempt)
      return send()
    }
    // Some registries respond like this if a token has expired.
    if (!hadToken || !EXPIRED.has(status) || !(await authorizer.renew(attempt))) return first
    drop(first.response)
    return send()
  }
  const refuse = ({ response, what }: Reply): never => {
    drop(response)
    throw statusError(what, response.statusCode ?? 0, response.headers['retry-after'])
  }

  return {
    manifest: async (version, attempt) => {
      const reply = await get(`/manifests/${version}`, { accept: ACCEPT }, attempt)
      const { response, what } = reply
      if (response.statusCode !== 200) return refuse(reply)
      const bytes = await textOf(response, what, MAX_MANIFEST_BYTES)
      checkDigest(bytes, version.startsWith('sha256:') ? version : undefined, what)
      // Does not matter to the pipeline, but shows that the peer is alive.
      attempt.emit({ type: 'downloading', received: 0, total: undefined })
      return inTurns(parseManifest(bytes, response.headers['content-type'], what), attempt.signal)
    },
    blob: async (digest, from, attempt) => {
      const range = from > 0 ? { range: `bytes=${from}-` } : {}
      const reply = await get(`/blobs/${digest}`, range, attempt)
      const status = reply.response.statusCode
      return status === 200 || (status === 206 && from > 0) || (status === 416 && from > 0)
        ? reply
        : refuse(reply)
    },
  }
}
