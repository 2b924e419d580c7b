import { DownloadError } from '../../../model/download.js'

/** An image in a registry. */
export type ImageReference = {
  /** `host` or `host:port` as in the reference. */
  readonly registry: string
  readonly repository: string
  /** A tag or a digest. */
  readonly version: string
  /** `sha256:…` of the manifest, if the reference has one. */
  readonly digest: string | undefined
}

const EXPECTED = 'image_url: expected [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST]'

// The grammar of the distribution specification.
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63})*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const MAX_REPOSITORY = 255
const TAG = /^\w[\w.-]{0,127}$/
export const DIGEST = /^sha256:[0-9a-f]{64}$/

export const DOCKER_HUB = 'docker.io'

/** The first part names a registry if it looks like a host; otherwise the image is on Docker Hub. */
const splitHost = (name: string): readonly [registry: string, repository: string] => {
  const [first = '', ...rest] = name.split('/')
  if (rest.length > 0 && (/[.:[]/.test(first) || first === 'localhost')) return [first, rest.join('/')]
  return [DOCKER_HUB, rest.length === 0 ? `library/${name}` : name]
}

/** Throws a `DownloadError`, which does not quote the text because it may contain a secret. */
export const parseReference = (text: string): ImageReference => {
  const [named = '', digest, ...more] = text.split('@')
  const [, name = '', tag] = /^(.*?)(?::([^:/]*))?$/.exec(named) ?? []
  const [registry, repository] = splitHost(name)
  const port = /:(\d+)$/.exec(registry)?.[1]
  const isValid =
    more.length === 0 &&
    (digest === undefined || DIGEST.test(digest)) &&
    (tag === undefined || TAG.test(tag)) &&
    HOST.test(registry) &&
    (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)) &&
    repository.length <= MAX_REPOSITORY &&
    REPOSITORY.test(repository)
  if (!isValid) throw new DownloadError(EXPECTED)
  return { registry: registry.toLowerCase(), repository, version: digest ?? tag ?? 'latest', digest }
}

export const textOfReference = ({ registry, repository, version, digest }: ImageReference): string =>
  `${registry}/${repository}${digest === undefined ? ':' : '@'}${version}`
