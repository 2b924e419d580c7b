import { HostError } from '../host/errors.js'
import { ProcessExit } from '../host/exit.js'
import { fillRandom } from '../host/random.js'
import { answer } from './errno.js'
import type { Guest } from './guest.js'

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
