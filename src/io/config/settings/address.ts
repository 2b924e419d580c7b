import { isIPv6 } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { scalar, withoutCredentials } from './readers.js'
import type { Reader } from './setting.js'

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss'

/** The address of the broker. `host` has no brackets; `path` is empty except for WebSockets. */
export type MqttAddress = {
  readonly transport: Transport
  readonly host: string
  readonly port: number
  readonly path: string
}

/** An address as written. Without a scheme, whether to use TLS is still open, and so is the port. */
export type WrittenAddress = {
  readonly transport: Transport | undefined
  readonly host: string
  readonly port: number | undefined
  readonly path: string
}

const TRANSPORTS: Readonly<Record<string, Transport>> = {
  tcp: 'tcp',
  mqtt: 'tcp',
  ssl: 'tls',
  tls: 'tls',
  mqtts: 'tls',
  ws: 'ws',
  wss: 'wss',
}

const PORTS: Readonly<Record<Transport, number>> = { tcp: 1883, tls: 8883, ws: 80, wss: 443 }

/** The customary path for MQTT over WebSockets, and that of SuperMQ. */
const WEBSOCKET_PATH = '/mqtt'

const EXPECTED =
  'an address such as tcp://host:1883, ssl://host:8883, ws://host/mqtt, wss://host/mqtt, host or host:port'

const HOST_NAME = /^[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_.])?$/i

type HostPort = { readonly host: string; readonly port: string | undefined }

const splitHost = (authority: string): HostPort | undefined => {
  // Node.js 20 takes 5 ms to compile the expression behind isIPv6, at each start.
  if (/:.*:/.test(authority) && isIPv6(authority)) return { host: authority, port: undefined }
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority) ?? []
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined
  return plain !== undefined && HOST_NAME.test(plain) ? { host: plain, port } : undefined
}

const parse = (text: string): E.Either<string, WrittenAddress> => {
  const [, scheme, authority = '', path = ''] = /^(?:([^:/?#]*):\/\/)?([^/?#]*)(.*)$/s.exec(text.trim()) ?? []
  if (text.includes('@')) {
    return E.left('an address without user name and password: the client id and key are used for these')
  }
  const transport = scheme === undefined ? undefined : TRANSPORTS[scheme.toLowerCase()]
  if (scheme !== undefined && transport === undefined) {
    return E.left(`one of the schemes ${Object.keys(TRANSPORTS).join(', ')}`)
  }
  const found = splitHost(authority)
  const port = found?.port === undefined ? undefined : Number(found.port)
  if (found === undefined || (port !== undefined && (port < 1 || port > 65_535))) return E.left(EXPECTED)
  const webSocket = transport === 'ws' || transport === 'wss'
  if (webSocket ? !/^(?:\/[!-~]*)?$/.test(path) || /[?#]/.test(path) : path !== '' && path !== '/') {
    return E.left(webSocket ? 'a path without a query' : 'no path: only ws and wss addresses have one')
  }
  return E.right({ transport, host: found.host, port, path: webSocket ? path || WEBSOCKET_PATH : '' })
}

export const address: Reader<WrittenAddress> = scalar(parse, withoutCredentials)

/** Completes the address: without a scheme, TLS is used if TLS files are configured. */
export const completeAddress = (written: WrittenAddress, tlsConfigured: boolean): MqttAddress => {
  const transport = written.transport ?? (tlsConfigured ? 'tls' : 'tcp')
  return { transport, host: written.host, port: written.port ?? PORTS[transport], path: written.path }
}

export const isSecure = (transport: Transport): boolean => transport === 'tls' || transport === 'wss'
