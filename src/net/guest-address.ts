import { isIP } from 'node:net'

export type Destination = { readonly host: string; readonly port: number }

/** Parses `example.org`, `example.org:8080` or `[::1]:80`, without user name. Undefined if it is invalid. */
export function addressOf(authority: string, defaultPort: number): Destination | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([^:@/?#\s\[\]]+))(?::(\d{1,5}))?$/.exec(authority) ?? []
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port < 1 || port > 65_535) return undefined
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined
  return plain === undefined ? undefined : { host: plain, port }
}
