/** What a guest and the thread that reads standard input for it share. */
export type StdinBuffer = {
  /** At `SLOT.state` one of `STATE`; at `SLOT.length` the bytes that came, or the number of an error; `SLOT.aloud`: the
   * thread is to send a message as well; `SLOT.up`: it has started. */
  readonly control: Int32Array
  readonly bytes: Uint8Array
}

export const SLOT = { state: 0, length: 1, aloud: 2, up: 3 } as const

/**
 * Whose turn it is. `idle`: nobody's. `asked`: the thread is to read once; it answers with one of the others. The guest takes
 * what came and goes back to `idle`; after `ended` and `failed` nothing follows.
 */
export const STATE = { idle: 0, asked: 1, some: 2, ended: 3, failed: 4 } as const

/** What one read takes at most. */
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
