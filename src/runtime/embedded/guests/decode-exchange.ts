import { isIP } from 'node:net'
import type {
  FromExchange,
  HttpField,
  HttpRequest,
  NetworkRequest,
  SocketAddress,
} from '../../guest/channel/protocol.js'
import { isCount, isDuration, isRecord } from './decode-values.js'

/** Decodes a guest's message about a byte stream; undefined if it is none. */
export function decodeFromExchange(
  value: Readonly<Record<string, unknown>>,
  bytes: Uint8Array,
): FromExchange | undefined {
  const { type, handle } = value
  if (type === 'head') {
    const { status, headers } = value
    return isCount(status) && areFields(headers) ? { type, status, headers } : undefined
  }
  if (type === 'refuse') return typeof value['code'] === 'string' ? { type, code: value['code'] } : undefined
  if (!isCount(handle)) return undefined
  switch (type) {
    case 'open': {
      const request = decodeNetworkRequest(value['request'])
      return request && { type, handle, request }
    }
    case 'want': {
      const { of, waitMs, ask } = value
      if (of !== 'body' && of !== 'room' && of !== 'answer') return undefined
      if (waitMs !== null && !isDuration(waitMs)) return undefined
      if (ask === undefined) return { type, handle, of, waitMs }
      return isCount(ask) ? { type, handle, of, waitMs, ask } : undefined
    }
    case 'body':
      return { type, handle, bytes }
    case 'datagram': {
      const { to } = value
      return isAddress(to) ? { type, handle, to, bytes } : undefined
    }
    case 'associate': {
      const { to } = value
      return to === null || isAddress(to) ? { type, handle, to } : undefined
    }
    case 'finish': {
      const { trailers } = value
      return areFields(trailers) ? { type, handle, trailers } : undefined
    }
    case 'abandon':
    case 'close':
      return { type, handle }
    default:
      return undefined
  }
}

function decodeNetworkRequest(value: unknown): NetworkRequest | undefined {
  if (!isRecord(value)) return undefined
  switch (value['kind']) {
    case 'http':
      return decodeHttpRequest(value)
    case 'lookup':
      return typeof value['name'] === 'string' ? { kind: 'lookup', name: value['name'] } : undefined
    case 'connect': {
      const { remote, local, bound, tlsName } = value
      if (!isAddress(remote) || (local !== null && !isAddress(local))) return undefined
      if (tlsName !== undefined)
        return typeof tlsName === 'string' ? { kind: 'connect', remote, local, tlsName } : undefined
      if (bound === undefined) return { kind: 'connect', remote, local }
      return isCount(bound) ? { kind: 'connect', remote, local, bound } : undefined
    }
    case 'listen-bound':
      return isCount(value['bound']) ? { kind: 'listen-bound', bound: value['bound'] } : undefined
    case 'bind': {
      const { local } = value
      return isAddress(local) ? { kind: 'bind', local } : undefined
    }
    case 'listen': {
      const { local, backlog } = value
      if (!isAddress(local)) return undefined
      if (backlog === undefined) return { kind: 'listen', local }
      return isCount(backlog) ? { kind: 'listen', local, backlog } : undefined
    }
    case 'datagrams': {
      const { local, peer } = value
      if (!isAddress(local)) return undefined
      if (peer === undefined) return { kind: 'datagrams', local }
      return isAddress(peer) ? { kind: 'datagrams', local, peer } : undefined
    }
    case 'accept':
      return isCount(value['listener']) ? { kind: 'accept', listener: value['listener'] } : undefined
    default:
      return undefined
  }
}

function decodeHttpRequest(value: Readonly<Record<string, unknown>>): HttpRequest | undefined {
  const { method, scheme, authority, path, headers, connectMs, firstByteMs, betweenBytesMs } = value
  if (typeof method !== 'string' || typeof scheme !== 'string' || typeof authority !== 'string')
    return undefined
  if (typeof path !== 'string' || !areFields(headers)) return undefined
  if (!isTime(connectMs) || !isTime(firstByteMs) || !isTime(betweenBytesMs)) return undefined
  return { kind: 'http', method, scheme, authority, path, headers, connectMs, firstByteMs, betweenBytesMs }
}

const isAddress = (value: unknown): value is SocketAddress => {
  if (!isRecord(value)) return false
  const { address, port } = value
  return typeof address === 'string' && isIP(address) !== 0 && isCount(port) && port <= 65_535
}

const isTime = (value: unknown): value is number | null => value === null || isDuration(value)

function areFields(value: unknown): value is readonly HttpField[] {
  return Array.isArray(value) && value.every(isField)
}

function isField(value: unknown): value is HttpField {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}
