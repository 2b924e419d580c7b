import { toEnvironment, type Environment } from './environment.js'
import { Holdings } from './holdings.js'
import type { WasiOptions } from './options.js'
import { openPreopens, type OpenPreopen } from './preopens.js'

/** The resources of one guest, for interfaces without descriptor numbers. */
export type Opened = {
  readonly environment: Environment
  readonly preopens: readonly OpenPreopen[]
  readonly holdings: Holdings
}

/** Throws HostError for invalid arguments, variables or preopens. */
export function openFor(options: WasiOptions): Opened {
  const environment = toEnvironment(options.args, options.env)
  const preopens = openPreopens(options.preopens)
  const holdings = new Holdings()
  for (const { directory } of preopens) holdings.add(directory)
  return { environment, preopens, holdings }
}
