import { socketError } from './error.js'

const MAX_HOPS = 255

/** Socket options as set by the guest. They are hints: the socket itself has the defaults of the host. */
export class SocketOptions {
  #hopLimit = 64
  #receiveBuffer = 65_536n
  #sendBuffer = 65_536n

  copy(from: SocketOptions): void {
    this.#hopLimit = from.#hopLimit
    this.#receiveBuffer = from.#receiveBuffer
    this.#sendBuffer = from.#sendBuffer
  }

  hopLimit(): number {
    return this.#hopLimit
  }

  setHopLimit(value: number): void {
    if (value < 1 || value > MAX_HOPS) throw socketError('invalid-argument')
    this.#hopLimit = value
  }

  receiveBufferSize(): bigint {
    return this.#receiveBuffer
  }

  setReceiveBufferSize(value: bigint): void {
    this.#receiveBuffer = positive(value)
  }

  sendBufferSize(): bigint {
    return this.#sendBuffer
  }

  setSendBufferSize(value: bigint): void {
    this.#sendBuffer = positive(value)
  }
}

export function positive(value: bigint): bigint {
  if (value === 0n) throw socketError('invalid-argument')
  return value
}
