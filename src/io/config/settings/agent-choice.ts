import * as E from 'fp-ts/lib/Either.js'
import type { AgentChoice } from '../../../model/tee.js'
import { scalar } from './readers.js'
import type { Reader } from './setting.js'

const EXPECTED = 'auto, none, http://HOST:PORT, grpc://HOST:PORT or unix:///PATH'
const HOST_PORT = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/

const hasPort = (text: string): boolean => HOST_PORT.test(text) && Number(/\d+$/.exec(text)?.[0]) <= 65_535

/** How to reach the Attestation Agent. */
export const agentChoice: Reader<AgentChoice> = scalar((found) => {
  if (found === 'auto' || found === 'none') return E.right({ type: found })
  if (/^http:\/\//i.test(found) && URL.canParse(found)) return E.right({ type: 'rest', url: found })
  const [, address] = /^grpc:\/\/(.+)$/.exec(found) ?? []
  if (address !== undefined && hasPort(address)) return E.right({ type: 'grpc', address })
  const [, path] = /^unix:\/\/(\/[^\0]+)$/.exec(found) ?? []
  return path === undefined ? E.left(EXPECTED) : E.right({ type: 'socket', path })
})

/** `HOST:PORT`. */
export const grpcAddress: Reader<string> = scalar((found) => {
  const address = found.replace(/^grpc:\/\//, '')
  return hasPort(address) ? E.right(address) : E.left('HOST:PORT')
})
