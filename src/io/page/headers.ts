import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Allows nothing from elsewhere, only scripts from the page's own files, and no embedding in other pages. */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

const hostnameOf = (host: string): string | undefined => {
  try {
    return new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
}

/**
 * Whether the page may be requested under this `Host`: an address, localhost, or one of `names`. Otherwise a foreign
 * page could resolve its own name to our address (DNS rebinding) and read from us as from its own origin.
 */
export const isKnownHost = (host: string | undefined, names: readonly string[]): boolean => {
  const name = host === undefined ? undefined : hostnameOf(host)
  if (name === undefined) return false
  if (name.startsWith('[') || isIP(name) !== 0) return true
  return name === 'localhost' || name.endsWith('.localhost') || names.includes(name)
}

/** Whether a request comes from a page of another origin; without a browser it does not. */
export const isForeign = ({ headers }: IncomingMessage, names: readonly string[]): boolean => {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  if (origin === undefined) return false
  try {
    const { host: from, hostname } = new URL(origin)
    return from !== host && !names.includes(hostname)
  } catch {
    return true
  }
}
