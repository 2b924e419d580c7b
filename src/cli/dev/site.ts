import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { AedesOptions } from 'aedes'

/** The identities of a `proplet dev`: one channel, and one key for all, which is new each time. */
export type DevSite = {
  readonly domainId: string
  readonly channelId: string
  readonly propletId: string
  /** The identity of clients and of the registry, which differs from the proplet's. */
  readonly clientId: string
  readonly key: string
}

export const newDevSite = (): DevSite => ({
  domainId: 'dev',
  channelId: 'dev',
  propletId: 'dev-proplet',
  clientId: 'dev-client',
  key: randomBytes(24).toString('base64url'),
})

export const devPrefix = ({ domainId, channelId }: DevSite): string => `m/${domainId}/c/${channelId}`

/** Admits clients that know the key, which other users of the machine do not. */
export const keyHoldersOnly = ({ key }: DevSite): AedesOptions => {
  const expected = Buffer.from(key)
  return {
    authenticate: (_client, _username, password, done) => {
      const given = Buffer.from(password ?? '')
      done(null, given.length === expected.length && timingSafeEqual(given, expected))
    },
  }
}
