import { map, type Observable } from 'rxjs'
import { packageVersion } from '../../host/version.js'
import { openCache, type BinaryCache } from '../../io/cache/cache.js'
import type { Config } from '../../io/config/config.js'
import { createOpener } from '../../io/download/ocicrypt/opener.js'
import { readKek } from '../../io/download/ocicrypt/unwrap.js'
import type { KeySource } from '../../io/download/ocicrypt/open.js'
import { createKbsClient, type KbsClient } from '../../io/kbs/client.js'
import { textOfKey, type KeyReference } from '../../io/kbs/resource-uri.js'
import { createTransport } from '../../io/kbs/transport.js'
import { createKeyProvider } from '../../io/key-provider/key-provider.js'
import type { Logger } from '../../io/log/log.js'
import type { Binary } from '../../model/binary.js'
import { createAttester, type Attester } from '../../runtime/confidential/attester.js'
import type { OpenBinary } from '../../runtime/confidential/confidential-runtime.js'
import { turnCoreDumpsOff } from './core-dumps.js'
import { describeTee } from './describe.js'

/** Decryption of encrypted tasks, and attestation of this machine. */
export type Confidential = {
  readonly attester: Attester
  /** Why encrypted tasks are refused; undefined if they are accepted. */
  readonly obstacle: string | undefined
  readonly open: OpenBinary
  /** A 32-byte key from the Key Broker Service, if one is configured. */
  readonly keyOf: ((key: KeyReference) => Promise<Uint8Array>) | undefined
  /** The directory for encrypted layers. */
  readonly layers: BinaryCache
  readonly close: () => void
}

/** Requests time out early enough to leave time for a retry. */
const TRIES = 3
const MAX_REQUEST_MS = 60_000

export const attesterOf = ({ confidential: config }: Config, log: Logger): Attester =>
  createAttester({
    mode: config.tee,
    agent: config.agent,
    root: config.root,
    eventLog: config.eventLog,
    agentLog: config.agentLog,
    detection: config.detection,
    log,
  })

/** The client of the configured service, if any. */
export const kbsClientOf = (
  { confidential: { keys, keyTimeoutMs } }: Config,
  attester: Attester,
  log: Logger,
): KbsClient | undefined => {
  if (keys?.type !== 'kbs') return undefined
  const url = new URL(keys.url)
  const service = url.origin
  return createKbsClient({
    service,
    transport: createTransport({
      url,
      ca: keys.ca,
      timeoutMs: Math.min(MAX_REQUEST_MS, Math.ceil(keyTimeoutMs / TRIES)),
      userAgent: `proplet/${packageVersion().version}`,
    }),
    source: {
      tee: attester.tee,
      evidence: async (binding, signal) => (await attester.evidence(binding, signal)).json,
    },
    keyAlgorithm: keys.keyAlgorithm,
    onStep: (step) => log.debug({ kbs: service, ...step }, 'Key Broker Service handshake'),
    totalMs: keyTimeoutMs,
    now: () => performance.now(),
    random: Math.random,
  })
}

const obstacleOf = ({ confidential, runtime }: Config, { platform }: Attester): string | undefined => {
  if (platform === undefined)
    return 'TEE runtime not available: this machine is not inside a TEE (`proplet attest` shows what was checked; PROPLET_TEE=sample is for tests)'
  if (confidential.keys === undefined)
    return 'TEE runtime not available: no Key Broker Service is configured (PROPLET_KBS_URI)'
  if (runtime.external !== undefined && !confidential.encryptedExternal)
    return 'an external runtime would get the decrypted binary as a file; PROPLET_ENCRYPTED_EXTERNAL=true allows that'
  return undefined
}

const SAMPLE_WARNING = 'the key was released on test evidence (PROPLET_TEE=sample), which proves nothing'

const refuseAll: OpenBinary = () => {
  throw new Error('encrypted tasks are refused')
}

const openerOf = (
  config: Config,
  attester: Attester,
  client: KbsClient | undefined,
  layers: BinaryCache,
): OpenBinary => {
  const { keys, keyTimeoutMs } = config.confidential
  if (keys === undefined) return refuseAll
  const source: KeySource =
    keys.type === 'kbs' && client !== undefined
      ? { type: 'kbs', service: new URL(keys.url), resource: client.resource }
      : {
          type: 'provider',
          unwrap: createKeyProvider({
            address: keys.type === 'provider' ? keys.address : '',
            timeoutMs: keyTimeoutMs,
          }),
        }
  const isSample = attester.platform?.kind === 'sample'
  const open = createOpener({
    source,
    cache: layers,
    maxBytes: config.fetch.maxBytes,
    allowTestKey: isSample,
  })
  return (binary: Binary, path): Observable<{ binary: Binary; warnings: readonly string[] }> =>
    open(binary, path).pipe(
      map((opened) => (isSample ? { ...opened, warnings: [SAMPLE_WARNING, ...opened.warnings] } : opened)),
    )
}

/** Lives until the proplet ends. */
const keyFrom = async (client: KbsClient, key: KeyReference): Promise<Uint8Array> =>
  readKek(await client.resource(key, new AbortController().signal), textOfKey(key))

/** Detects the TEE, logs it, and prepares decryption of encrypted tasks. */
export const openConfidential = async (config: Config, log: Logger): Promise<Confidential> => {
  const attester = attesterOf(config, log)
  const obstacle = obstacleOf(config, attester)
  const { confidential, cache } = config
  const isOfInterest = attester.platform !== undefined || confidential.detection.hostSigns.length > 0
  if (isOfInterest) for (const line of describeTee(attester.platform, confidential)) log.info(line)
  if (obstacle === undefined && !(await turnCoreDumpsOff()))
    log.warn(
      'Failed to disable core dumps of this process (prlimit): a dump would hold decrypted binaries and keys',
    )
  const layers = await openCache({
    dir: obstacle === undefined ? confidential.layersDirectory : undefined,
    maxBytes: cache?.maxBytes ?? config.fetch.maxBytes,
    log: obstacle === undefined ? log : { warn: () => undefined, debug: () => undefined },
  })
  const client = kbsClientOf(config, attester, log)
  return {
    attester,
    obstacle,
    open: openerOf(config, attester, client, layers),
    keyOf: client && ((key) => keyFrom(client, key)),
    layers,
    close: () => client?.close(),
  }
}
