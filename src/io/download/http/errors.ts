import { STATUS_CODES } from 'node:http'
import { DownloadError } from '../../../model/download.js'
import { codeOf } from '../../../model/code-of.js'
import { messageOf } from '../../../model/message-of.js'

/** Statuses that may change soon. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])
/** The peer is not who it should be, or does not speak HTTP: a retry is useless. */
const LASTING =
  /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|^ERR_SSL|^ERR_TLS|^EPROTO|^EDENIED|^HPE_|^ERR_INVALID|^ERR_UNESCAPED/

/** Milliseconds; undefined if absent or invalid. */
const retryAfterOf = (value: string | undefined): number | undefined => {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = text === '' ? NaN : Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

/** @param what for example `GET https://example.org/add.wasm` */
export const statusError = (what: string, status: number, retryAfter?: string): DownloadError =>
  new DownloadError(`${what}: ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(), {
    transient: TRANSIENT_STATUSES.has(status),
    retryAfterMs: retryAfterOf(retryAfter),
  })

/** Why the connection failed, from an error of Node.js; our own errors are returned unchanged. */
export const connectionError = (what: string, error: unknown): DownloadError => {
  if (error instanceof DownloadError) return error.message.startsWith(what) ? error : rewordedAs(what, error)
  const transient = error instanceof Error && !LASTING.test(codeOf(error) ?? '')
  return new DownloadError(`${what}: ${messageOf(error)}`, { transient, cause: error })
}

const rewordedAs = (
  what: string,
  { message, transient, retryAfterMs, cause }: DownloadError,
): DownloadError => new DownloadError(`${what}: ${message}`, { transient, retryAfterMs, cause })
