import { readFile } from 'node:fs/promises'
import type { Config } from '../io/config/config.js'
import type { TlsTrust } from '../net/tls.js'

/** The CA trust of all outgoing HTTPS. Rejects if the CA file can't be read. */
export const tlsTrust = async ({ network }: Pick<Config, 'network'>): Promise<TlsTrust> => ({
  ca: network.caFile === undefined ? undefined : await readFile(network.caFile, 'utf8'),
  verify: network.verify,
})
