import * as E from 'fp-ts/lib/Either.js'
import { defer, switchMap, type Observable } from 'rxjs'
import { loadChannel, type ChannelConfig } from '../../io/config/channel.js'
import type { MqttLink } from '../../io/mqtt/index.js'
import type { Words } from '../commands/parse.js'
import { EXIT } from '../output/exits.js'
import { CommandFailure } from './failure.js'
import { clientLinkOptions, linked, type Topics } from './link.js'

/** The channel of a client: its identity, and its link to the broker. */
export type Channel = {
  readonly config: ChannelConfig
  readonly warnings: readonly string[]
  /** Connects while `use` runs. */
  readonly open: <T>(topics: Topics, use: (link: MqttLink) => Observable<T>) => Observable<T>
}

/** Loads the settings of the channel. Throws a `CommandFailure` that lists every problem. */
export const loadedChannel = ({ flags }: Words, { env }: Pick<NodeJS.Process, 'env'>): Channel => {
  const loaded = loadChannel({ flags, env })
  if (E.isLeft(loaded)) throw new CommandFailure(EXIT.config, loaded.left.problems.join('\nerror: '))
  const { config, devFile, warnings } = loaded.right
  const hint =
    devFile === undefined ? undefined : `the address is from ${devFile}: is proplet dev still running?`
  return {
    config,
    warnings,
    open: (topics, use) =>
      defer(() => clientLinkOptions(config, topics)).pipe(switchMap((options) => linked(options, hint, use))),
  }
}
