import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

/** The CA trust of outgoing HTTPS. */
export type TlsTrust = {
  /** PEM, in addition to the CAs of Node.js. */
  readonly ca: string | undefined
  readonly verify: boolean
}

type TlsOptions = { readonly rejectUnauthorized: boolean; readonly secureContext?: SecureContext }

const known = new WeakMap<TlsTrust, TlsOptions>()

const make = ({ ca, verify }: TlsTrust): TlsOptions => ({
  rejectUnauthorized: verify,
  ...(ca !== undefined && { secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) }),
})

/** Options of a TLS connection. Create them once per `trust`: parsing all CAs takes milliseconds. */
export const tlsOptions = (trust: TlsTrust): TlsOptions => {
  const options = known.get(trust) ?? make(trust)
  known.set(trust, options)
  return options
}
