import { openCache, type BinaryCache } from '../io/cache/cache.js'
import type { Config } from '../io/config/config.js'
import type { Journal } from '../io/journal/index.js'
import { createLogger, type Logger } from '../io/log/log.js'
import type { MqttOptions } from '../io/mqtt/index.js'
import { brokerLinkOptions } from './broker-link.js'
import { openConfidential, type Confidential } from './confidential/confidential.js'
import { embeddedOptions } from './embedded-options.js'
import { openState } from './open-state.js'
import { tlsTrust } from './tls-trust.js'
import { openWatch } from './watch.js'
import type { Watch } from '../model/proplet-events.js'

/** The parts of a proplet, once they are ready. */
export type Parts = {
  readonly config: Config
  readonly log: Logger
  readonly cache: BinaryCache
  readonly mqtt: MqttOptions
  readonly embedded: Awaited<ReturnType<typeof embeddedOptions>>
  readonly journal: Journal | undefined
  readonly watch: Watch
  readonly confidential: Confidential
}

export const prepare = async (config: Config, given: Logger | undefined): Promise<Parts> => {
  const log = given ?? (await createLogger({ level: config.logLevel })).log
  // First and alone: without the journal nothing else may start.
  const journal = await openState(config, log)
  const tls = await tlsTrust(config)
  const [cache, mqtt, watch, confidential] = await Promise.all([
    openCache({ dir: config.cache?.directory, maxBytes: config.cache?.maxBytes ?? 0, log }),
    brokerLinkOptions(config, log),
    openWatch(config, tls, log),
    openConfidential(config, log),
  ])
  const own = { cache, mqtt: { ...mqtt, journal }, journal, watch, confidential }
  return { config, log, embedded: await embeddedOptions(config, tls, confidential, log), ...own }
}
