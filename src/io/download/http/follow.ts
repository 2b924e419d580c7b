import type { IncomingMessage } from 'node:http'
import { DownloadError } from '../../../model/download.js'
import { shownUrl } from './shown.js'
import { drop } from './body.js'
import type { Http } from './http.js'

const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export type Request = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent to the origin of `url` only. */
  readonly authorization: string | undefined
  readonly signal: AbortSignal
}

export type Reply = {
  readonly response: IncomingMessage
  /** `GET` and the URL of the final response, without secrets. */
  readonly what: string
  /** Whether it came from the requested origin. */
  readonly ownOrigin: boolean
}

const nextUrl = (what: string, from: URL, location: string | undefined): URL => {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new DownloadError(`${what}: a redirect without a location`)
  const to = new URL(location, from)
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw new DownloadError(`${what}: a redirect to something other than http or https`)
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new DownloadError(`${what}: a redirect from https to http`)
  return to
}

/** Sends a GET and follows redirects; other origins get no credentials. */
export const follow = async (
  http: Http,
  { url, headers, authorization, signal }: Request,
): Promise<Reply> => {
  let at = url
  let ownOrigin = true
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const what = `GET ${shownUrl(at)}`
    const credentials = ownOrigin && authorization !== undefined ? { authorization } : {}
    const response = await http.send({ url: at, what, headers: { ...headers, ...credentials }, signal })
    if (!REDIRECTS.has(response.statusCode ?? 0)) return { response, what, ownOrigin }
    drop(response)
    at = nextUrl(what, at, response.headers.location)
    ownOrigin &&= at.origin === url.origin
  }
  throw new DownloadError(`GET ${shownUrl(url)}: more than ${MAX_REDIRECTS} redirects`)
}
