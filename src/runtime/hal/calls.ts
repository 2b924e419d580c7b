/** Calls from a guest to services in the daemon, whose keys, files or peers a guest must not reach. */
export type HalCall =
  /** The bytes of the message are the report data. */
  | { readonly name: 'attest' }
  | { readonly name: 'open-container'; readonly container: string }
  | { readonly name: 'delete-container'; readonly handle: number }
  /** The bytes of the message are the data. */
  | ({ readonly name: 'store-object' } & ObjectName)
  | ({ readonly name: 'retrieve-object' | 'delete-object' | 'get-metadata' } & ObjectName)
  /** Sorted keys after `after`; from the first if null. */
  | { readonly name: 'list-objects'; readonly handle: number; readonly after: string | null }
  /** `amount`: a decimal number of up to 64 bits. */
  | { readonly name: 'allocate'; readonly type: ResourceType; readonly amount: string }
  | { readonly name: 'deallocate'; readonly id: string }
  | { readonly name: 'query-available'; readonly type: ResourceType }
  | { readonly name: 'subscribe'; readonly type: EventType }
  | { readonly name: 'unsubscribe' | 'poll-events'; readonly handle: number }
  /** From now on the guest can receive messages. */
  | { readonly name: 'join' }
  /** The bytes of the message are the payload. */
  | { readonly name: 'send-message'; readonly recipient: string; readonly isEncrypted: boolean }
  | { readonly name: 'receive-message' | 'list-workloads' }

type ObjectName = { readonly handle: number; readonly key: string }

export const RESOURCE_TYPES = ['memory', 'cpu', 'storage', 'network'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

export const EVENT_TYPES = ['platform', 'crypto', 'storage', 'network', 'gpu'] as const
export type EventType = (typeof EVENT_TYPES)[number]

export type HalEvent = {
  readonly type: EventType
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** Text. */
  readonly payload: string
}

export type ObjectMetadata = {
  /** Bytes. */
  readonly size: number
  /** Seconds since 1970. */
  readonly createdAt: number
}

/** Messages of a guest: data in pieces, followed by the call that they belong to, one call at a time. */
export type HalMessage =
  | { readonly type: 'hal-data'; readonly bytes: Uint8Array }
  | { readonly type: 'hal'; readonly call: HalCall; readonly bytes: Uint8Array }

/** The answer to a call; its bytes follow it. */
export type HalAnswer = {
  readonly type: 'hal-answer'
  readonly value?: HalValue
  /** In place of a value. */
  readonly error?: string
}

export type HalValue =
  | number
  | string
  | readonly string[]
  | readonly HalEvent[]
  | ObjectMetadata
  | { readonly id: string; readonly granted: string }
  | { readonly sender: string; readonly recipient: string; readonly encrypted: boolean }

/** Properties for every task of a guest process. */
export type HalGrant = {
  readonly platform: { readonly type: string; readonly version: string }
  /** Whether evidence is available. */
  readonly attests: boolean
  /** Whether storage is encrypted with a key that the host does not have. */
  readonly securesStorage: boolean
  /** Whether data encrypted by the Rust proplet can be decrypted. */
  readonly legacyDecrypt: boolean
}
