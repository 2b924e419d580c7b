import { variableOf } from '../../../model/round.js'
import type { FederatedUrls, Endpoint } from '../../../model/federated.js'

export type Service = {
  /** The variables of a task that name it; errors mention the first. */
  readonly variables: readonly [string, ...string[]]
  readonly of: keyof FederatedUrls
}

export const MODEL_REGISTRY: Service = { variables: ['MODEL_REGISTRY_URL'], of: 'modelRegistry' }
export const DATA_STORE: Service = { variables: ['DATA_STORE_URL'], of: 'dataStore' }
export const COORDINATOR: Service = {
  variables: ['MANAGER_COORDINATOR_URL', 'COORDINATOR_URL'],
  of: 'coordinator',
}

/** A required URL is missing or invalid. The message names the variable and never contains its value. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
}

const MAX_LENGTH = 2048

type Env = Readonly<Record<string, string>>

/** The variable with which the task itself names a service. */
export const ownVariable = ({ variables }: Service, env: Env): string | undefined =>
  variables.find((name) => variableOf(env, name) !== undefined)

const baseOf = (name: string, text: string): URL => {
  const isHttp = text.length <= MAX_LENGTH && /^https?:\/\//i.test(text) && URL.canParse(text)
  if (!isHttp) throw new EndpointError(`${name}: expected a URL that starts with http:// or https://`)
  return new URL(text)
}

const pathOf = (segments: readonly string[]): string =>
  segments
    .map((segment) => {
      // As a whole segment they would change the path, however they are encoded.
      if (segment === '' || segment === '.' || segment === '..')
        throw new EndpointError(`expected a name that can be part of a URL, found ${JSON.stringify(segment)}`)
      return encodeURIComponent(segment)
    })
    .join('/')

/**
 * The URL of `segments` below a service, which the environment of the task names, or else the settings; undefined if
 * neither does. Throws an `EndpointError` for an invalid URL.
 */
export const endpointOf = (
  service: Service,
  env: Env,
  urls: FederatedUrls,
  segments: readonly string[],
): Endpoint | undefined => {
  const own = ownVariable(service, env)
  const text = own === undefined ? urls[service.of] : env[own]
  if (text === undefined) return undefined
  const url = baseOf(own ?? service.variables[0], text)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${pathOf(segments)}`
  url.hash = ''
  return {
    url: url.href,
    shown: `${url.origin}${url.pathname}`,
    isOfTask: own !== undefined,
  }
}

/** The same for a service that the task requires. */
export const neededEndpoint = (
  service: Service,
  env: Env,
  urls: FederatedUrls,
  segments: readonly string[],
): Endpoint => {
  const found = endpointOf(service, env, urls, segments)
  if (found !== undefined) return found
  throw new EndpointError(
    `${service.variables[0]} is not set; expected it in the environment of the task or of the proplet`,
  )
}
