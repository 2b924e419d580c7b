import { socketError } from './error.js'

const MAX_HOPS = 255

/** Options of a socket, as the guest set them. They are hints: the host's defaults hold for the socket itself. */
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
