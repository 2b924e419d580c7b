import type { IncomingBytes } from '../channel/incoming-bytes.js'
import type { OutgoingBytes } from '../channel/outgoing-bytes.js'
import type { SocketAddress } from '../channel/protocol.js'
import type { Remote } from '../channel/remote.js'

export type Protocol = 'tcp' | 'udp' | 'tls' | 'dtls'

/** What a socket has become. */
export type Role =
  | { readonly kind: 'new'; readonly local: SocketAddress | undefined }
  | { readonly kind: 'listening'; readonly remote: Remote }
  | {
      readonly kind: 'connected'
      readonly remote: Remote
      readonly source: IncomingBytes
      readonly sink: OutgoingBytes
    }
  /** Of UDP; without a peer nothing can be sent. */
  | { readonly kind: 'datagrams'; readonly remote: Remote; readonly peer: SocketAddress | undefined }

export type HalSocket = { readonly protocol: Protocol; readonly role: Role }
