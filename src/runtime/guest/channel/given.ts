import type { FromExchange, GivenMessage } from './protocol.js'

/** A request of a guest to the daemon. */
export type Want = Pick<Extract<FromExchange, { type: 'want' }>, 'handle' | 'of'>

/** The answer of the daemon. */
export type Given = Omit<GivenMessage, 'type' | 'ask'> & { readonly bytes: Uint8Array }
