import type { ToConnections } from './protocol.js'
import { StatusWriter } from './request-status.js'

/** The raw handle of a connection, as Node.js passes it. */
export type NativeSocket = { readonly fd?: number; readStop?(): void; close?(): void }

export type InboxListener = (message: ToConnections, native: NativeSocket | undefined) => void

/** A source of connections and messages about them. While it is open, a guest does not wait for other messages. */
export type Inbox = {
  readonly status: StatusWriter
  readonly isOpen: boolean
  open(listener: InboxListener): void
  close(): void
}

const TYPES: ReadonlySet<string> = new Set<ToConnections['type']>(['connection', 'share', 'request', 'leave'])

/**
 * Uses the IPC channel of Node.js, the only one that can carry connections; undefined without one. The daemon never reads from it,
 * so the acknowledgements of Node.js are suppressed.
 * @param closed is called after `close`
 */
export function createInbox(closed: () => void): Inbox | undefined {
  if (process.channel === undefined) return undefined
  Reflect.set(process, '_send', () => true)
  process.once('disconnect', () => process.exit(0))
  let listener: InboxListener | undefined
  const hear = (message: unknown, native: unknown) => {
    if (isToConnections(message)) listener?.(message, isNativeSocket(native) ? native : undefined)
  }
  return {
    status: new StatusWriter(),
    get isOpen() {
      return listener !== undefined
    },
    open: (next) => {
      listener = next
      process.on('message', hear)
    },
    close: () => {
      listener = undefined
      process.off('message', hear)
      closed()
    },
  }
}

/** The daemon is trusted: its messages are only discriminated, not validated. */
const isToConnections = (value: unknown): value is ToConnections =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  typeof value.type === 'string' &&
  TYPES.has(value.type)

const isNativeSocket = (value: unknown): value is NativeSocket => typeof value === 'object' && value !== null
