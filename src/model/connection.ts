/** A change of the link to the broker. `up`: connected, and every subscription granted. */
export type Connection =
  | { readonly state: 'up'; readonly sessionPresent: boolean }
  | { readonly state: 'down'; readonly reason: string }

/** A message as the broker delivered it; `subtopic` is the topic below the channel. */
export type InboundMessage = { readonly subtopic: string; readonly payload: Uint8Array }
