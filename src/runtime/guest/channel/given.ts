import type { FromExchange, GivenMessage } from './protocol.js'

/** What a guest asks the daemon for. */
export type Want = Pick<Extract<FromExchange, { type: 'want' }>, 'handle' | 'of'>

/** What it is given. */
export type Given = Omit<GivenMessage, 'type' | 'ask'> & { readonly bytes: Uint8Array }
