import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { DownloadError, type Download } from '../../model/download.js'
import type { Spool } from '../cache/spool.js'
import type { Known } from '../cache/store.js'
import type { Attempt, DownloadContext } from './transfer/context.js'
import { drop } from './http/body.js'
import { statusError } from './http/errors.js'
import { follow } from './http/follow.js'
import type { Http } from './http/http.js'
import { rangeStart, receive } from './transfer/receive.js'
import { createSession } from './transfer/session.js'
import { shownUrl } from './http/shown.js'

const TYPES: ReadonlySet<string> = new Set(['application/wasm', 'application/octet-stream'])
const EXPECTED =
  'image_url: expected an http or https URL, optionally with #sha256=… and 64 hexadecimal digits'

type UrlReference = {
  /** Without credentials and fragment. */
  readonly url: URL
  readonly authorization: string | undefined
  /** The required `sha256:…` of the binary. */
  readonly digest: string | undefined
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new DownloadError(EXPECTED)
  }
}

const parse = (reference: string): UrlReference => {
  if (!URL.canParse(reference)) throw new DownloadError(EXPECTED)
  const url = new URL(reference)
  const [, hex] = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash) ?? []
  if (url.hash !== '' && hex === undefined) throw new DownloadError(EXPECTED)
  const { username, password } = url
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  url.hash = ''
  url.username = ''
  url.password = ''
  return {
    url,
    authorization: username === '' && password === '' ? undefined : `Basic ${credentials}`,
    digest: hex === undefined ? undefined : `sha256:${hex.toLowerCase()}`,
  }
}

/** The key of a URL in the cache: a hash, so that secrets in the URL are not stored. */
const cacheKey = (reference: string): string => `url ${createHash('sha256').update(reference).digest('hex')}`

/** An entity tag that can be sent back. */
const etagOf = ({ headers }: IncomingMessage): string | undefined =>
  /^(?:W\/)?"[\x21\x23-\x7e]{0,256}"$/.exec(headers.etag ?? '')?.[0]

const checkType = (response: IncomingMessage, what: string): void => {
  const type = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === '' || TYPES.has(type)) return
  drop(response)
  const found = JSON.stringify(type.slice(0, 100))
  throw new DownloadError(`${what}: found content type ${found}; expected application/wasm`)
}

/** Opens the download of an `http` or `https` URL. Throws a `DownloadError` for anything else. */
export const downloadUrl = (reference: string, context: DownloadContext, openHttp: () => Http): Download => {
  const { url, authorization, digest } = parse(reference)
  const { cache, maxBytes } = context
  const key = cacheKey(reference)
  /** The strong entity tag of the data in the spool: only data with the same tag may be appended. */
  let spooledTag: string | undefined

  const conditions = (spool: Spool, known: Known | undefined): Readonly<Record<string, string>> => {
    const tag = spooledTag
    if (spool.size > 0 && (tag !== undefined || digest !== undefined))
      return { range: `bytes=${spool.size}-`, ...(tag !== undefined && { 'if-range': tag }) }
    return known?.etag === undefined ? {} : { 'if-none-match': known.etag }
  }

  const finish = async (what: string, etag: string | undefined, spool: Spool, { emit }: Attempt) => {
    emit({ type: 'arrived' })
    const found = spool.digest
    if (digest !== undefined && found !== digest) {
      await spool.reset()
      throw new DownloadError(`${what}: found ${found}; expected ${digest}`)
    }
    const binary = await cache.adopt(spool)
    await cache.note(key, binary, etag)
    emit({ type: 'fetched', binary, from: 'url' })
  }

  const attempt = async (attempted: Attempt, spool: Spool): Promise<void> => {
    const { http, emit, signal } = attempted
    const known = digest === undefined ? await cache.known(key) : undefined
    const headers = {
      accept: 'application/wasm, application/octet-stream;q=0.9, */*;q=0.1',
      ...conditions(spool, known),
    }
    const { response, what } = await follow(http, { url, headers, authorization, signal })
    const status = response.statusCode ?? 0
    if (status === 304 && known !== undefined) {
      drop(response)
      emit({ type: 'fetched', binary: known.binary, from: 'cache' })
      return
    }
    const goesOn = status === 206 && spool.size > 0 && rangeStart(response) === spool.size
    if (!goesOn && spool.size > 0) await spool.reset()
    if (status !== 200 && !goesOn) {
      drop(response)
      // The existing data no longer fits, so the next attempt starts again.
      if (status === 206 || status === 416)
        throw new DownloadError(`${what}: the requested range is not available`, { transient: true })
      throw statusError(what, status, response.headers['retry-after'])
    }
    checkType(response, what)
    const etag = etagOf(response)
    spooledTag = etag?.startsWith('"') === true ? etag : undefined
    await receive({ response, what, spool, maxBytes, emit })
    await finish(what, etag, spool, attempted)
  }

  return createSession({
    shown: shownUrl(url),
    pinned: digest !== undefined,
    kept: digest === undefined ? cache.byImage(key) : cache.byDigest(digest),
    context,
    openHttp,
    attempt,
  })
}
