import * as E from 'fp-ts/lib/Either.js'
import { isIP } from 'node:net'
import type { NetworkRule } from '../../../net/policy.js'
import type { Reader } from './setting.js'

const NAME = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/
const MAX_NAME = 253

/** A name in lower case, or a pattern `*.` and a name. */
export const isHostPattern = (text: string): boolean => text.length <= MAX_NAME && NAME.test(text)

const EXPECTED =
  'hosts separated by commas: names, *.example.org, IP addresses ([::1]:80 with a port), or * for all'

const portOf = (digits: string | undefined): number | undefined =>
  digits === undefined ? undefined : Number(digits)

function ruleOf(text: string): NetworkRule | undefined {
  if (isIP(text) === 6) return { host: text, port: undefined }
  const [, bracketed, plain = '', digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const port = portOf(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined
  const isHost = plain === '*' || isIP(plain) === 4 || isHostPattern(plain)
  return isHost ? { host: plain, port } : undefined
}

/** Reads the destinations that guests may reach: text with commas, or an array. */
export const networkRules: Reader<readonly NetworkRule[]> = {
  read: (raw) => {
    const items = (typeof raw === 'string' ? raw.split(',') : raw).map((item) => item.trim().toLowerCase())
    const rules = items.filter((item) => item !== '').map(ruleOf)
    const found = rules.filter((rule) => rule !== undefined)
    return found.length === rules.length ? E.right(found) : E.left(EXPECTED)
  },
}
