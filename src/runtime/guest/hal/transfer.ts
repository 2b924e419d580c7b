import { HostError } from '@proplet/wasi/host/errors.js'
import type { IncomingBytes } from '../channel/incoming-bytes.js'
import type { Link } from '../channel/link.js'
import type { OutgoingBytes } from '../channel/outgoing-bytes.js'
import type { SocketAddress } from '../channel/protocol.js'
import type { Remote } from '../channel/remote.js'
import { failure } from '../../hal/failure.js'
import { socketFailure } from './socket-failure.js'

/** Maximum size of a UDP datagram. */
const MAX_DATAGRAM_BYTES = 65_507
const NO_BYTES = new Uint8Array(0)

/** Waits for room as often as necessary. */
export function sendStream(sink: OutgoingBytes, data: Uint8Array): void {
  for (let start = 0; start < data.length;) {
    sink.wait(undefined)
    const room = sink.room()
    if (room === undefined) throw failure('network', 'connection reset')
    sink.write(data.subarray(start, start + room))
    sink.flush()
    start += room
  }
}

/** Waits for the first bytes; empty at the end. */
export function receiveStream(source: IncomingBytes, max: number): Uint8Array {
  try {
    for (;;) {
      const bytes = source.read(max)
      if (bytes === undefined) return NO_BYTES
      if (bytes.length > 0) return bytes
      source.wait(undefined)
    }
  } catch (error) {
    if (error instanceof HostError) throw failure('network', 'connection reset')
    throw error
  }
}

export function sendDatagram(link: Link, remote: Remote, to: SocketAddress, bytes: Uint8Array): void {
  if (bytes.length > MAX_DATAGRAM_BYTES)
    throw failure('network', `a datagram holds at most ${MAX_DATAGRAM_BYTES} bytes`)
  link.send({ type: 'datagram', handle: remote.handle, to, bytes })
  // The answer comes when the daemon has accepted it, so a guest that sends endlessly waits here.
  remote.wants.peek('answer')
}

/** Waits for a datagram, from the peer if there is one. */
export function receiveDatagram(remote: Remote, peer: SocketAddress | undefined, max: number): Uint8Array {
  for (;;) {
    const { state, bytes, from, error } = remote.wants.wait('body', undefined)
    if (state !== 'some') throw socketFailure('the socket')(error)
    if (peer === undefined || (from?.address === peer.address && from.port === peer.port))
      return bytes.subarray(0, max)
  }
}
