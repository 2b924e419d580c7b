import type { NetworkError } from '../../guest/channel/protocol.js'
import { codeOf } from '../../../model/code-of.js'

const HTTP: Readonly<Record<string, NetworkError>> = {
  EDENIED: { tag: 'HTTP-request-denied' },
  ENOTFOUND: { tag: 'DNS-error', val: { rcode: 'NXDOMAIN', infoCode: undefined } },
  EAI_AGAIN: { tag: 'DNS-timeout' },
  ECONNREFUSED: { tag: 'connection-refused' },
  ECONNRESET: { tag: 'connection-terminated' },
  EPIPE: { tag: 'connection-terminated' },
  EHOSTUNREACH: { tag: 'destination-unavailable' },
  ENETUNREACH: { tag: 'destination-unavailable' },
  ETIMEDOUT: { tag: 'connection-timeout' },
  ERR_INVALID_CHAR: { tag: 'HTTP-request-URI-invalid' },
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/

/** Maps an error of a Node.js request to an error code of wasi:http. */
export function httpErrorOf(error: Error): NetworkError {
  const code = codeOf(error) ?? ''
  const known = Object.hasOwn(HTTP, code) ? HTTP[code] : undefined
  if (known !== undefined) return known
  if (CERTIFICATE.test(code)) return { tag: 'TLS-certificate-error' }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return { tag: 'TLS-protocol-error' }
  return code.startsWith('HPE_') ? { tag: 'HTTP-protocol-error' } : { tag: 'internal-error', val: undefined }
}

const SOCKETS: Readonly<Record<string, string>> = {
  EACCES: 'access-denied',
  EADDRINUSE: 'address-in-use',
  EADDRNOTAVAIL: 'address-not-bindable',
  EAI_AGAIN: 'temporary-resolver-failure',
  ECONNABORTED: 'connection-aborted',
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-reset',
  EHOSTUNREACH: 'remote-unreachable',
  EINVAL: 'invalid-argument',
  EMSGSIZE: 'datagram-too-large',
  ENETUNREACH: 'remote-unreachable',
  ENOTFOUND: 'name-unresolvable',
  EPIPE: 'connection-reset',
  ETIMEDOUT: 'timeout',
}

/** Maps an error of a Node.js socket or DNS lookup to an error code of wasi:sockets. */
export function socketErrorOf(error: Error): NetworkError {
  const code = codeOf(error) ?? ''
  return { tag: (Object.hasOwn(SOCKETS, code) ? SOCKETS[code] : undefined) ?? 'unknown' }
}

/** The same for a TLS connection. */
export function tlsErrorOf(error: Error): NetworkError {
  const code = codeOf(error) ?? ''
  if (CERTIFICATE.test(code)) return { tag: 'certificate-not-trusted' }
  return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')
    ? { tag: 'tls-failed' }
    : socketErrorOf(error)
}
