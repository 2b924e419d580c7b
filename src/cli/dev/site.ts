import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { AedesOptions } from 'aedes'

/** Who is who in a `proplet dev`: one channel, and one key for all that is made anew each time. */
export type DevSite = {
  readonly domainId: string
  readonly channelId: string
  readonly propletId: string
  /** The identity of clients, of the registry too: not the proplet's, so that they can be told apart. */
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

/** Lets in who knows the key: other users of the machine do not. */
export const keyHoldersOnly = ({ key }: DevSite): AedesOptions => {
  const expected = Buffer.from(key)
  return {
    authenticate: (_client, _username, password, done) => {
      const given = Buffer.from(password ?? '')
      done(null, given.length === expected.length && timingSafeEqual(given, expected))
    },
  }
}
