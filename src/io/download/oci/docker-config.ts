import { readFile, stat } from 'node:fs/promises'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decode } from '../../codecs/decode.js'
import { parsedJson } from './json.js'
import { DOCKER_HUB } from './reference.js'

export type Credentials =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  /** Exchanged for a token. */
  | { readonly type: 'identity'; readonly token: string }

const MAX_BYTES = 1024 * 1024

const entry = t.partial({
  auth: t.string,
  username: t.string,
  password: t.string,
  identitytoken: t.string,
})
const config = t.partial({
  auths: t.record(t.string, entry),
  credsStore: t.string,
  credHelpers: t.record(t.string, t.string),
})
export type DockerConfig = t.TypeOf<typeof config>

/** The key of Docker Hub in that file. */
const HUB_KEY = 'https://index.docker.io/v1/'

/** The name of a registry in the credentials file, and for helpers. */
export const keyOf = (registry: string): string => (registry === DOCKER_HUB ? HUB_KEY : registry)

/** Reads the credentials file; undefined if it does not exist. Rejects if it is damaged, without quoting it. */
export const readDockerConfig = async (path: string): Promise<DockerConfig | undefined> => {
  const size = await stat(path).then(
    // Reading a FIFO would wait for its writer.
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  )
  if (size === undefined) return undefined
  if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`)
  const decoded = decode(config)(parsedJson(await readFile(path)))
  if (E.isLeft(decoded)) throw new Error(`${path}: ${decoded.left.message}`)
  return decoded.right
}

/** Old files have URLs as keys. */
const hostOf = (key: string): string => key.replace(/^https?:\/\//, '').replace(/\/.*$/, '')

const ownValue = <T>(values: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined

/** The helper for a registry; undefined if there is none. */
export const helperOf = ({ credHelpers, credsStore }: DockerConfig, registry: string): string | undefined =>
  ownValue(credHelpers, keyOf(registry)) ?? ownValue(credHelpers, registry) ?? credsStore

/** The credentials of a registry in the file itself. */
export const storedCredentials = ({ auths }: DockerConfig, registry: string): Credentials | undefined => {
  const key = keyOf(registry)
  const alike = Object.keys(auths ?? {}).find((candidate) => hostOf(candidate) === hostOf(key))
  const found = ownValue(auths, key) ?? (alike === undefined ? undefined : ownValue(auths, alike))
  if (found === undefined) return undefined
  if (found.identitytoken !== undefined && found.identitytoken !== '')
    return { type: 'identity', token: found.identitytoken }
  const [, name, secret] =
    /^([^:]*):([^]*)$/.exec(
      Buffer.from(found.auth ?? '', 'base64')
        .toString('utf8')
        .replace(/\0+$/, ''),
    ) ?? []
  const username = name ?? found.username
  const password = secret ?? found.password
  return username === undefined || password === undefined ? undefined : { type: 'basic', username, password }
}
