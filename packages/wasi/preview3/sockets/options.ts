import { SocketOptions } from '../../sockets/options.js'
import { attempt } from './error.js'

/** Options of both kinds of sockets: those of WASI 0.2 under other names. */
export abstract class Socket {
  protected readonly options = new SocketOptions()

  getReceiveBufferSize(): bigint {
    return this.options.receiveBufferSize()
  }

  setReceiveBufferSize(value: bigint): void {
    attempt(() => this.options.setReceiveBufferSize(value))
  }

  getSendBufferSize(): bigint {
    return this.options.sendBufferSize()
  }

  setSendBufferSize(value: bigint): void {
    attempt(() => this.options.setSendBufferSize(value))
  }
}
