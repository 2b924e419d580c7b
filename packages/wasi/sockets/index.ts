import type { Preview2Imports } from '../preview2.js'
import type { Family } from './address.js'
import { ResolveAddressStream } from './name-lookup.js'
import type { Network as NetworkPort } from './port.js'
import { TcpSocket } from './tcp-socket.js'
import { IncomingDatagramStream, OutgoingDatagramStream, UdpSocket } from './udp-socket.js'

/** `network` of wasi:sockets/network: there is only one. */
class Network {
  [Symbol.dispose](): void {
    // There is nothing to release.
  }
}

/** `wasi:sockets` for one guest. */
export const socketImports = (network: NetworkPort): Preview2Imports => ({
  'wasi:sockets/network': { Network, networkErrorCode: () => undefined },
  'wasi:sockets/instance-network': { instanceNetwork: () => new Network() },
  'wasi:sockets/ip-name-lookup': {
    ResolveAddressStream,
    resolveAddresses: (_network: Network, name: string) => new ResolveAddressStream(network.lookup(name)),
  },
  'wasi:sockets/tcp': { TcpSocket },
  'wasi:sockets/tcp-create-socket': { createTcpSocket: (family: Family) => new TcpSocket(network, family) },
  'wasi:sockets/udp': { IncomingDatagramStream, OutgoingDatagramStream, UdpSocket },
  'wasi:sockets/udp-create-socket': { createUdpSocket: (family: Family) => new UdpSocket(network, family) },
})
