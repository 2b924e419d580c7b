import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

/** How outgoing HTTPS trusts its peers. */
export type TlsTrust = {
  /** PEM, beside the authorities that Node.js knows. */
  readonly ca: string | undefined
  readonly verify: boolean
}

type TlsOptions = { readonly rejectUnauthorized: boolean; readonly secureContext?: SecureContext }

const known = new WeakMap<TlsTrust, TlsOptions>()

const make = ({ ca, verify }: TlsTrust): TlsOptions => ({
  rejectUnauthorized: verify,
  ...(ca !== undefined && { secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) }),
})

/** Options of a TLS connection. Made once for each `trust`, because to read all authorities takes milliseconds. */
export const tlsOptions = (trust: TlsTrust): TlsOptions => {
  const options = known.get(trust) ?? make(trust)
  known.set(trust, options)
  return options
}
