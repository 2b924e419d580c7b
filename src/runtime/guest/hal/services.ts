import type { Link } from '../channel/link.js'
import type { HalGrant } from '../../hal/calls.js'
import { Clock } from './clock.js'
import { Communication } from './communication.js'
import { Crypto } from './crypto.js'
import { DaemonCalls } from './daemon-calls.js'
import { Events } from './events.js'
import { Resources } from './resources.js'
import { Sockets } from './sockets.js'
import { Storage } from './storage.js'

/** The HAL of one instance, behind either of its APIs. */
export type Services = {
  readonly grant: HalGrant
  readonly clock: Clock
  readonly communication: Communication
  readonly crypto: Crypto
  readonly daemon: DaemonCalls
  readonly events: Events
  readonly resources: Resources
  readonly sockets: Sockets
  readonly storage: Storage
}

const OPENED_LEGACY =
  'data encrypted by the Rust proplet was decrypted (PROPLET_HAL_LEGACY_DECRYPT); encrypt it again, because its nonce is always zero'

export function createServices(grant: HalGrant, link: Link): Services {
  const daemon = new DaemonCalls(link)
  let hasWarned = false
  const legacy = () => {
    if (!hasWarned) link.send({ type: 'warning', message: OPENED_LEGACY })
    hasWarned = true
  }
  return {
    grant,
    daemon,
    clock: new Clock(),
    communication: new Communication(daemon),
    crypto: new Crypto(grant.legacyDecrypt ? legacy : undefined),
    events: new Events(daemon),
    resources: new Resources(daemon),
    sockets: new Sockets(link),
    storage: new Storage(daemon),
  }
}
