import { execFile, type ExecFileException } from 'node:child_process'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { DownloadError } from '../../../model/download.js'
import { decode } from '../../codecs/decode.js'
import { helperOf, keyOf, readDockerConfig, storedCredentials, type Credentials } from './docker-config.js'
import { parsedJson } from './json.js'
import { messageOf } from '../../../model/message-of.js'

/** Time limit of a helper, in milliseconds. */
const HELPER_MS = 15_000
const HELPER_MAX_BYTES = 64 * 1024
/** The file contains the name of a helper, which must not be a path. */
const HELPER_NAME = /^[\w.-]{1,100}$/
/** The user name that helpers return when the secret is an identity token. */
const TOKEN_USER = '<token>'

const answer = t.type({ Username: t.string, Secret: t.string })

export type Environment = Readonly<Record<string, string | undefined>>

/** Without the proplet's own variables, such as the key of the client. */
const helperEnv = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('PROPLET_')))

/** The message contains no output of the helper. */
const problemOf = ({ code, killed }: ExecFileException): string => {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed too much'
  return killed === true ? 'took too long' : `failed (${code ?? 'a signal'})`
}

/** Gets credentials from a helper; undefined if it has none. Rejects with a `DownloadError` if it fails. */
const askHelper = (
  name: string,
  registry: string,
  env: Environment,
  signal: AbortSignal,
): Promise<Credentials | undefined> =>
  new Promise((resolve, reject) => {
    const program = `docker-credential-${name}`
    if (!HELPER_NAME.test(name)) {
      reject(new DownloadError('the Docker configuration names a malformed credential helper'))
      return
    }
    const options = {
      env: helperEnv(env),
      timeout: HELPER_MS,
      killSignal: 'SIGKILL',
      maxBuffer: HELPER_MAX_BYTES,
      signal,
    } as const
    const child = execFile(program, ['get'], options, (error, stdout) => {
      if (error !== null) {
        // Helpers report missing credentials with this text on standard output and status 1.
        if (/credentials not found/i.test(stdout)) resolve(undefined)
        else reject(new DownloadError(`${program} ${problemOf(error)}`))
        return
      }
      const decoded = decode(answer)(parsedJson(Buffer.from(stdout)))
      if (E.isLeft(decoded)) {
        reject(new DownloadError(`${program}: ${decoded.left.message}`))
        return
      }
      const { Username: username, Secret: secret } = decoded.right
      resolve(
        username === TOKEN_USER
          ? { type: 'identity', token: secret }
          : { type: 'basic', username, password: secret },
      )
    })
    // A helper that does not read its input causes an error here that does not matter.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(keyOf(registry))
  })

/** Finds the credentials for a registry in Docker's file, or through its helpers; undefined if there are none. */
export const findCredentials = async (
  { path, env }: { readonly path: string; readonly env: Environment },
  registry: string,
  signal: AbortSignal,
): Promise<Credentials | undefined> => {
  const config = await readDockerConfig(path).catch((cause: unknown) => {
    throw new DownloadError(`credentials: ${messageOf(cause)}`, {
      cause,
    })
  })
  if (config === undefined) return undefined
  const helper = helperOf(config, registry)
  const helped = helper === undefined ? undefined : await askHelper(helper, registry, env, signal)
  return helped ?? storedCredentials(config, registry)
}
