import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { DownloadError } from '../../../model/download.js'
import { decode } from '../../codecs/decode.js'
import type { Attempt } from '../transfer/context.js'
import { textOf } from '../http/body.js'
import { statusError } from '../http/errors.js'
import { follow } from '../http/follow.js'
import { shownUrl } from '../http/shown.js'
import { challengesOf, type Challenge } from './challenge.js'
import type { Credentials } from './docker-config.js'
import { parsedJson } from './json.js'

const MAX_TOKEN_BYTES = 64 * 1024
const CLIENT = 'proplet'

/** Some servers leave one of them empty, or null. */
const token = t.union([t.string, t.null])
const answer = t.partial({ token, access_token: token })

const tokenIn = (body: Buffer): string | undefined => {
  const decoded = decode(answer)(parsedJson(body))
  if (E.isLeft(decoded)) return undefined
  const { token, access_token: accessToken } = decoded.right
  return (
    [token, accessToken].find((each) => typeof each === 'string' && /^[\x21-\x7e]+$/.test(each)) ?? undefined
  )
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

export type AuthorizerOptions = {
  readonly registry: string
  readonly repository: string
  readonly credentials: (signal: AbortSignal) => Promise<Credentials | undefined>
  /** Whether the token server may be accessed without TLS. */
  readonly mayBePlain: (url: URL) => boolean
}

/** Obtains credentials for one pull. */
export type Authorizer = {
  /** The `Authorization` header for the last challenge; undefined if there was none. */
  readonly header: () => string | undefined
  /** Answers the challenge of a 401. Rejects with a `DownloadError` if that is impossible. */
  readonly answer: (wwwAuthenticate: string, attempt: Attempt) => Promise<void>
  /** Answers the last challenge again, with a new token; false if there was none. */
  readonly renew: (attempt: Attempt) => Promise<boolean>
}

export const createAuthorizer = (options: AuthorizerOptions): Authorizer => {
  const { registry, repository, credentials, mayBePlain } = options
  let header: string | undefined

  const realmOf = ({ parameters }: Challenge): URL => {
    const realm = parameters.get('realm') ?? ''
    const url = URL.canParse(realm) ? new URL(realm) : undefined
    const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && mayBePlain(url))
    if (url === undefined || !isAllowed)
      throw new DownloadError(`${registry} names a token server that is not an https URL`)
    return url
  }

  const tokenFor = async (
    challenge: Challenge,
    account: Credentials | undefined,
    { http, signal }: Attempt,
  ): Promise<string> => {
    const url = realmOf(challenge)
    const service = challenge.parameters.get('service')
    const scopes = (challenge.parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
    const asked = new URLSearchParams(service === undefined ? {} : { service })
    for (const scope of scopes.length > 0 ? scopes : [`repository:${repository}:pull`])
      asked.append('scope', scope)
    const what = `${account?.type === 'identity' ? 'POST' : 'GET'} ${shownUrl(url)}`
    const send = async () => {
      if (account?.type === 'identity') {
        const form = new URLSearchParams({
          ...(service !== undefined && { service }),
          // RFC 6749 has a single parameter with spaces between scopes.
          scope: asked.getAll('scope').join(' '),
          grant_type: 'refresh_token',
          refresh_token: account.token,
          client_id: CLIENT,
        })
        return http.send({ url, what, headers: {}, form, signal })
      }
      for (const name of new Set(asked.keys())) url.searchParams.delete(name)
      for (const [name, value] of asked) url.searchParams.append(name, value)
      const authorization = account && basic(account.username, account.password)
      return (await follow(http, { url, headers: {}, authorization, signal })).response
    }
    const response = await send()
    const body = await textOf(response, what, MAX_TOKEN_BYTES)
    if (response.statusCode !== 200)
      throw statusError(what, response.statusCode ?? 0, response.headers['retry-after'])
    const found = tokenIn(body)
    if (found === undefined) throw new DownloadError(`${what}: no token`)
    return found
  }

  /** The last challenge of the registry. */
  let asked: string | undefined
  const answerTo = async (wwwAuthenticate: string, attempt: Attempt): Promise<void> => {
    asked = wwwAuthenticate
    const challenges = challengesOf(wwwAuthenticate)
    const offered = (scheme: string) => challenges.find((challenge) => challenge.scheme === scheme)
    const found = await credentials(attempt.signal)
    const bearer = offered('bearer')
    if (bearer !== undefined) header = `Bearer ${await tokenFor(bearer, found, attempt)}`
    else if (offered('basic') !== undefined && found?.type === 'basic')
      header = basic(found.username, found.password)
    else
      throw new DownloadError(
        offered('basic') === undefined
          ? `${registry} requires a kind of authentication that the proplet does not support`
          : `${registry} requires a user name and password, but the Docker configuration has none for it`,
      )
  }

  return {
    header: () => header,
    answer: answerTo,
    renew: async (attempt) => {
      if (asked === undefined) return false
      await answerTo(asked, attempt)
      return true
    },
  }
}
