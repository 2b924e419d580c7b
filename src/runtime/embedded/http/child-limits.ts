import type { NetworkOptions } from '../../../net/policy.js'
import type { HalTask } from '../../hal/daemon/task.js'
import type { Watchdog } from '../run/watchdog.js'
import type { HandedLimits } from './handed-parts.js'

export type ChildLimits = {
  readonly watchdog: Watchdog
  readonly memoryMaxBytes: number
  readonly network: NetworkOptions
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal: HalTask | undefined
  readonly handed: HandedLimits
}
