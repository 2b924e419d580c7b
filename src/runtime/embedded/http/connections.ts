import type { Socket } from 'node:net'

/**
 * The connections of a server, oldest first. Invariant: at most `max` are open; the one that has waited longest without a request
 * is closed for a new one, so connections that never send a request cannot shut out those that do.
 */
export class Connections {
  readonly #max: number
  readonly #waiting = new Set<Socket>()
  readonly #busy = new Map<Socket, number>()

  constructor(max: number) {
    this.#max = max
  }

  add(socket: Socket): void {
    socket.once('close', () => {
      this.#waiting.delete(socket)
      this.#busy.delete(socket)
    })
    if (this.#waiting.size + this.#busy.size >= this.#max) {
      const [oldest] = this.#waiting
      if (oldest === undefined) {
        socket.destroy()
        return
      }
      this.#waiting.delete(oldest)
      oldest.destroy()
    }
    this.#waiting.add(socket)
  }

  /** Forgets a connection that was handed to a child. */
  remove(socket: Socket): void {
    this.#waiting.delete(socket)
    this.#busy.delete(socket)
  }

  /** A request has arrived on it. */
  begin(socket: Socket): void {
    this.#waiting.delete(socket)
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1)
  }

  /** A request on it has ended. */
  end(socket: Socket): void {
    const left = (this.#busy.get(socket) ?? 0) - 1
    if (left > 0) this.#busy.set(socket, left)
    else if (this.#busy.delete(socket) && !socket.destroyed) this.#waiting.add(socket)
  }
}
