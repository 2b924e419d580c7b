import { readFile } from 'node:fs/promises'
import type { Config } from '../io/config/config.js'
import type { TlsTrust } from '../net/tls.js'

/** How all outgoing HTTPS trusts its peers. Rejects when the file of authorities can't be read. */
export const tlsTrust = async ({ network }: Pick<Config, 'network'>): Promise<TlsTrust> => ({
  ca: network.caFile === undefined ? undefined : await readFile(network.caFile, 'utf8'),
  verify: network.verify,
})
