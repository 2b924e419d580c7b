import type { Clocks } from '../host/clocks.js'
import type { Environment } from '../host/environment.js'
import type { Descriptors } from './descriptors.js'
import type { GuestMemory } from './memory.js'

/** The state that the functions of one guest share. */
export type Guest = {
  readonly memory: GuestMemory
  readonly descriptors: Descriptors
  readonly environment: Environment
  readonly clocks: Clocks
}
