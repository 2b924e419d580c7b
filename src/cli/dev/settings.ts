import * as E from 'fp-ts/lib/Either.js'
import { channelEntries } from '../../io/config/channel.js'
import type { LoadedConfig } from '../../io/config/loaded-config.js'
import { nodeFiles, type ConfigFiles } from '../../io/config/files.js'
import { loadConfig } from '../../io/config/load.js'
import { namesOf, variableOf } from '../../io/config/settings/setting.js'
import { CommandFailure } from '../client/failure.js'
import { EXIT } from '../output/exits.js'
import type { DevSite } from './site.js'

type Environment = Readonly<Record<string, string | undefined>>

const channelVariables = new Set(
  channelEntries.flatMap(([key, setting]) => namesOf(key, setting).map(variableOf)),
)

class NoFile extends Error {
  readonly code = 'ENOENT'
}

/** A config.toml in the working directory belongs to another proplet. */
const withoutConfigFile: ConfigFiles = {
  ...nodeFiles,
  read: () => {
    throw new NoFile('proplet dev reads no configuration file')
  },
}

/**
 * The configuration of the proplet in `proplet dev`: flags and variables apply, except for the identity and the broker.
 * Results are not held, because there is no Manager that needs it, and heartbeats are frequent, so that clients soon
 * see what runs.
 */
export const devConfig = (
  flags: Readonly<Record<string, string>>,
  env: Environment,
  { site, port, cache }: { readonly site: DevSite; readonly port: number; readonly cache: string },
): LoadedConfig => {
  const kept = Object.entries(env).filter(([name]) => !channelVariables.has(name))
  const loaded = loadConfig(
    {
      flags: {
        ...flags,
        'mqtt-address': `tcp://127.0.0.1:${port}`,
        'domain-id': site.domainId,
        'channel-id': site.channelId,
        'client-id': site.propletId,
      },
      env: {
        PROPLET_RESULT_HOLD_MS: '0',
        PROPLET_LIVELINESS_INTERVAL: '2s',
        PROPLET_HEARTBEAT_METADATA: 'true',
        PROPLET_CACHE_DIR: cache,
        ...Object.fromEntries(kept),
        PROPLET_CLIENT_KEY: site.key,
      },
    },
    { files: withoutConfigFile },
  )
  if (E.isLeft(loaded)) throw new CommandFailure(EXIT.config, loaded.left.problems.join('\nerror: '))
  return loaded.right
}
