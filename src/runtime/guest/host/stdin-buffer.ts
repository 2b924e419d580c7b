/** Memory shared by a guest and the thread that reads standard input for it. */
export type StdinBuffer = {
  /**
   * `SLOT.state` is one of `STATE`; `SLOT.length` is the number of bytes read, or an error number; `SLOT.aloud` asks
   * the thread to send a message, too; `SLOT.up` means that it has started.
   */
  readonly control: Int32Array
  readonly bytes: Uint8Array
}

export const SLOT = { state: 0, length: 1, aloud: 2, up: 3 } as const

/**
 * Whose turn it is. `idle`: nobody's. `asked`: the thread must read once, and sets one of the others. The guest takes
 * the bytes and returns to `idle`; `ended` and `failed` are final.
 */
export const STATE = { idle: 0, asked: 1, some: 2, ended: 3, failed: 4 } as const

/** Maximum bytes of one read. */
export const STDIN_BYTES = 65_536

export const createStdinBuffer = (): StdinBuffer => ({
  control: new Int32Array(new SharedArrayBuffer(4 * Object.keys(SLOT).length)),
  bytes: new Uint8Array(new SharedArrayBuffer(STDIN_BYTES)),
})

export function isStdinBuffer(value: unknown): value is StdinBuffer {
  if (typeof value !== 'object' || value === null || !('control' in value) || !('bytes' in value))
    return false
  return value.control instanceof Int32Array && value.bytes instanceof Uint8Array
}
