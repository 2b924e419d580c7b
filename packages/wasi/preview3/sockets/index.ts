import { Later } from '@proplet/component/link/async/host.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import type { Preview2Imports } from '../../preview2.js'
import { toIpAddress, type Family } from '../../sockets/address.js'
import type { Network } from '../../sockets/port.js'
import { SocketFailure } from '../../sockets/port.js'
import { TcpSocket } from './tcp-socket.js'
import { UdpSocket } from './udp-socket.js'

/** `wasi:sockets` of WASI 0.3 for one guest. */
export const sockets3Imports = (work: HostWork, network: Network): Preview2Imports => {
  class GuestTcpSocket extends TcpSocket {
    static create(family: Family): TcpSocket {
      return new GuestTcpSocket(work, network, family)
    }

    protected override another(): TcpSocket {
      return new GuestTcpSocket(work, network, this.getAddressFamily())
    }
  }
  class GuestUdpSocket extends UdpSocket {
    static create(family: Family): UdpSocket {
      return new GuestUdpSocket(network, family)
    }
  }
  return {
    'wasi:sockets/types@0.3': { TcpSocket: GuestTcpSocket, UdpSocket: GuestUdpSocket },
    'wasi:sockets/ip-name-lookup@0.3': { resolveAddresses: (name: string) => lookup(network, name) },
  }
}

const CODES: ReadonlySet<string> = new Set([
  'access-denied',
  'invalid-argument',
  'name-unresolvable',
  'temporary-resolver-failure',
  'permanent-resolver-failure',
])

const lookup = (network: Network, name: string): Later =>
  new Later((done) => {
    const names = network.lookup(name)
    const stop = names.notify(() => {
      done(resultOf(() => names.get().addresses.map(toIpAddress)))
      names.close()
    })
    return () => {
      stop()
      names.close()
    }
  })

function resultOf(addresses: () => readonly object[]): object {
  try {
    return { tag: 'ok', val: addresses() }
  } catch (error) {
    if (!(error instanceof SocketFailure)) throw error
    const val = CODES.has(error.code) ? { tag: error.code } : { tag: 'other', val: error.code }
    return { tag: 'err', val }
  }
}
