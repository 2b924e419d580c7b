import { HostError } from '../host/errors.js'
import { fillRandom } from '../host/random.js'
import { answer } from './errno.js'
import type { Guest } from './guest.js'

/** Thrown through the guest by `proc_exit`: the guest has ended, with that status (0 to 2^32 - 1). */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit'
  readonly status: number

  constructor(status: number) {
    super(`the guest exited with status ${status}`)
    this.status = status
  }
}

/** `proc_*`, `sched_yield` and `random_get`. */
export function processFunctions({ memory }: Guest) {
  return {
    proc_exit: (status: number): never => {
      throw new ProcessExit(status >>> 0)
    },
    proc_raise: answer(() => {
      throw new HostError('ENOTSUP', 'a guest has no signals')
    }),
    sched_yield: answer(() => undefined),
    random_get: answer((pointer: number, length: number) => {
      fillRandom(memory.bytes(pointer, length))
    }),
  }
}
