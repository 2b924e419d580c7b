import type { IncomingBytes } from '../channel/incoming-bytes.js'
import type { OutgoingBytes } from '../channel/outgoing-bytes.js'
import type { SocketAddress } from '../channel/protocol.js'
import type { Remote } from '../channel/remote.js'

export type Protocol = 'tcp' | 'udp' | 'tls' | 'dtls'

/** The state of a socket. */
export type Role =
  | { readonly kind: 'new'; readonly local: SocketAddress | undefined }
  | { readonly kind: 'listening'; readonly remote: Remote }
  | {
      readonly kind: 'connected'
      readonly remote: Remote
      readonly source: IncomingBytes
      readonly sink: OutgoingBytes
    }
  /** A UDP socket; without a peer nothing can be sent. */
  | { readonly kind: 'datagrams'; readonly remote: Remote; readonly peer: SocketAddress | undefined }

export type HalSocket = { readonly protocol: Protocol; readonly role: Role }
