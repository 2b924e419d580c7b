import type { NetworkError } from '../../guest/protocol.js'

const BY_CODE: Readonly<Record<string, NetworkError>> = {
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

/** What went wrong with a request of Node.js, as an error code of wasi:http. */
export function errorOf(error: Error): NetworkError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  if (known !== undefined) return known
  if (CERTIFICATE.test(code)) return { tag: 'TLS-certificate-error' }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return { tag: 'TLS-protocol-error' }
  return code.startsWith('HPE_') ? { tag: 'HTTP-protocol-error' } : { tag: 'internal-error', val: undefined }
}
