import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { DownloadError } from '../../../model/download.js'
import { decode } from '../../codecs/decode.js'
import type { Attempt } from '../context.js'
import { textOf } from '../http/body.js'
import { statusError } from '../http/errors.js'
import { follow } from '../http/follow.js'
import { shownUrl } from '../shown.js'
import { challengesOf, type Challenge } from './challenge.js'
import type { Credentials } from './docker-config.js'
import { parsedJson } from './json.js'

const MAX_TOKEN_BYTES = 64 * 1024
const CLIENT = 'proplet'

const answer = t.partial({ token: t.string, access_token: t.string })

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

export type AuthorizerOptions = {
  readonly registry: string
  readonly repository: string
  readonly credentials: (signal: AbortSignal) => Promise<Credentials | undefined>
  /** Whether a server of tokens may be asked without TLS. */
  readonly mayBePlain: (url: URL) => boolean
}

/** What gets one download past the door of its registry. */
export type Authorizer = {
  /** The `Authorization` header that the registry wanted last; undefined: none so far. */
  readonly header: () => string | undefined
  /** Does what a 401 of the registry asks for. Rejects with a `DownloadError` when that can't be done. */
  readonly answer: (wwwAuthenticate: string, attempt: Attempt) => Promise<void>
}

export const createAuthorizer = (options: AuthorizerOptions): Authorizer => {
  const { registry, repository, credentials, mayBePlain } = options
  let header: string | undefined

  const realmOf = ({ parameters }: Challenge): URL => {
    const realm = parameters.get('realm') ?? ''
    const url = URL.canParse(realm) ? new URL(realm) : undefined
    const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && mayBePlain(url))
    if (url === undefined || !isAllowed)
      throw new DownloadError(`${registry} names a server of tokens that is no https URL`)
    return url
  }

  const tokenFor = async (
    challenge: Challenge,
    found: Credentials | undefined,
    { http, signal }: Attempt,
  ): Promise<string> => {
    const url = realmOf(challenge)
    const service = challenge.parameters.get('service')
    const asked = new URLSearchParams({
      ...(service !== undefined && { service }),
      scope: challenge.parameters.get('scope') ?? `repository:${repository}:pull`,
    })
    const what = `${found?.type === 'identity' ? 'POST' : 'GET'} ${shownUrl(url)}`
    const send = async () => {
      if (found?.type === 'identity') {
        const form = new URLSearchParams({
          ...Object.fromEntries(asked),
          grant_type: 'refresh_token',
          refresh_token: found.token,
          client_id: CLIENT,
        })
        return http.send({ url, what, headers: {}, form, signal })
      }
      for (const [name, value] of asked) url.searchParams.set(name, value)
      const authorization = found && basic(found.username, found.password)
      return (await follow(http, { url, headers: {}, authorization, signal })).response
    }
    const response = await send()
    const body = await textOf(response, what, MAX_TOKEN_BYTES)
    if (response.statusCode !== 200)
      throw statusError(what, response.statusCode ?? 0, response.headers['retry-after'])
    const decoded = decode(answer)(parsedJson(body))
    const token = E.isRight(decoded) ? (decoded.right.token ?? decoded.right.access_token) : undefined
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw new DownloadError(`${what}: no token`)
    return token
  }

  return {
    header: () => header,
    answer: async (wwwAuthenticate, attempt) => {
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
            ? `${registry} wants an authentication that the proplet does not know`
            : `${registry} wants a user name and password, and the docker configuration has none for it`,
        )
    },
  }
}
