import { attest } from './attestation.js'
import { EVENT_TYPES, RESOURCE_TYPES } from '../../hal/calls.js'
import type { CipherName } from './cipher.js'
import type { HashName } from './hash.js'
import { failure, HalFailure } from '../../hal/failure.js'
import { capabilitiesOf, CAPABILITY_VERSION, hasCapability } from './platform.js'
import { randomBytes } from './random.js'
import type { Services } from './services.js'
import { MAX_RANDOM_BYTES } from '../../hal/limits.js'
import { RawMemory } from './memory.js'

/** Of a function: its parameters, unsigned, `i` a number and `l` a bigint, and what it does; throws for -1. */
type RawFunction = readonly [parameters: string, call: (...args: never[]) => unknown]
type RawInterface = Readonly<Record<string, RawFunction>>
type N = number
type L = bigint

const HASHES: ReadonlyMap<string, HashName> = new Map([
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
  ['BLAKE3', 'blake3'],
])
const CIPHERS: ReadonlyMap<string, CipherName> = new Map([
  ['AES-256-GCM', 'aes256-gcm'],
  ['ChaCha20-Poly1305', 'chacha20-poly1305'],
])

const known = <T>(found: T | undefined): T => {
  if (found === undefined) throw failure('unsupported', 'not known')
  return found
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const never = (): never => {
  throw failure('unsupported', 'not given to core modules')
}

/** `elastic:tee-hal/*`, and how its functions get the memory of the instance. */
export type RawImports = {
  readonly imports: WebAssembly.Imports
  readonly bind: (memory: WebAssembly.Memory) => void
}

export function rawImports(services: Services): RawImports {
  const memory = new RawMemory()
  const interfaces = { ...computing(services, memory), ...keeping(services, memory), ...ABSENT }
  return {
    imports: Object.fromEntries(
      Object.entries(interfaces).map(([name, functions]) => [`elastic:tee-hal/${name}`, wrapped(functions)]),
    ),
    bind: (given) => memory.bind(given),
  }
}

const wrapped = (functions: RawInterface): WebAssembly.ModuleImports =>
  Object.fromEntries(
    Object.entries(functions).map(([name, [parameters, call]]) => [
      name,
      (...given: readonly unknown[]): number => {
        const args = Array.from(parameters, (kind, at) => unsigned(kind, given[at]))
        if (args.includes(undefined)) return -1
        try {
          return numberOf(Reflect.apply(call, undefined, args))
        } catch (error) {
          if (isOfHost(error)) return -1
          throw error
        }
      },
    ]),
  )

const numberOf = (result: unknown): number => (typeof result === 'number' ? result : 0)

/** A channel that is broken is no error of the call. */
const isOfHost = (error: unknown): boolean =>
  error instanceof HalFailure || (error instanceof Error && 'code' in error)

/** Undefined: the module declares the function with other types. */
const unsigned = (kind: string, value: unknown): number | bigint | undefined => {
  if (kind === 'l') return typeof value === 'bigint' ? BigInt.asUintN(64, value) : undefined
  return typeof value === 'number' ? value >>> 0 : undefined
}

const computing = ({ grant, crypto, clock, daemon }: Services, memory: RawMemory) => {
  const json = (out: N, outLength: N, value: unknown) =>
    memory.write(out, outLength, Buffer.from(JSON.stringify(value)))
  const random = (length: N, out: N, outLength: N) => {
    memory.check([out, Math.min(length, MAX_RANDOM_BYTES)])
    return memory.write(out, outLength, randomBytes(length))
  }
  const time = (at: { readonly seconds: L; readonly nanoseconds: N }, seconds: N, nanoseconds: N) => {
    memory.u64(seconds, at.seconds)
    memory.u32(nanoseconds, at.nanoseconds)
    return 0
  }
  return {
    platform: {
      attestation: [
        'iiii',
        (p: N, n: N, out: N, outLength: N) =>
          memory.write(out, outLength, attest(daemon, memory.read(p, Math.min(n, 65)))),
      ],
      'platform-info': [
        'ii',
        (out: N, outLength: N) =>
          json(out, outLength, {
            platform_type: grant.platform.type,
            version: grant.platform.version,
            attestation_support: grant.attests,
          }),
      ],
    },
    capabilities: {
      'list-capabilities': [
        'ii',
        (out: N, outLength: N) =>
          json(
            out,
            outLength,
            capabilitiesOf(grant).map(({ name, isSupported }) => ({
              feature_name: name,
              supported: isSupported,
              version: CAPABILITY_VERSION,
            })),
          ),
      ],
      'has-capability': ['ii', (p: N, n: N) => (hasCapability(grant, memory.text(p, n)) ? 1 : 0)],
    },
    crypto: {
      hash: [
        'iiiiii',
        (p: N, n: N, alg: N, algLength: N, out: N, outLength: N) =>
          memory.write(
            out,
            outLength,
            crypto.hash(memory.read(p, n), known(HASHES.get(memory.text(alg, algLength)))),
          ),
      ],
      encrypt: [
        'iiiiiiii',
        (p: N, n: N, key: N, keyLength: N, alg: N, algLength: N, out: N, outLength: N) => {
          const cipher = known(CIPHERS.get(memory.text(alg, algLength)))
          const sealed = crypto.encrypt(memory.read(p, n), memory.read(key, keyLength), cipher)
          return memory.write(out, outLength, sealed)
        },
      ],
      decrypt: [
        'iiiiiiii',
        (p: N, n: N, key: N, keyLength: N, alg: N, algLength: N, out: N, outLength: N) => {
          const cipher = known(CIPHERS.get(memory.text(alg, algLength)))
          const opened = crypto.decrypt(memory.read(p, n), memory.read(key, keyLength), cipher)
          return memory.write(out, outLength, opened)
        },
      ],
      'generate-keypair': [
        'ii',
        (out: N, outLength: N) => {
          const { publicKey, privateKey } = crypto.generateKeyPair()
          return json(out, outLength, { public_key: hex(publicKey), private_key: hex(privateKey) })
        },
      ],
      sign: [
        'iiiiii',
        (p: N, n: N, key: N, keyLength: N, out: N, outLength: N) =>
          memory.write(out, outLength, crypto.sign(memory.read(p, n), memory.read(key, keyLength))),
      ],
      verify: [
        'iiiiii',
        (p: N, n: N, sig: N, sigLength: N, key: N, keyLength: N) =>
          crypto.verify(memory.read(p, n), memory.read(sig, sigLength), memory.read(key, keyLength)) ? 1 : 0,
      ],
    },
    clock: {
      'system-time': ['ii', (seconds: N, nanos: N) => time(clock.systemTime(), seconds, nanos)],
      'monotonic-time': ['ii', (seconds: N, nanos: N) => time(clock.monotonicTime(), seconds, nanos)],
      resolution: ['i', (at: N) => memory.u64(at, clock.resolution())],
      sleep: ['l', (duration: L) => clock.sleep(duration)],
    },
    random: {
      'get-random-bytes': ['iii', random],
      'get-secure-random': ['iii', random],
      'get-entropy-info': [
        'ii',
        (out: N, outLength: N) =>
          json(out, outLength, { source: 'platform', quality: 255, available_bytes: MAX_RANDOM_BYTES }),
      ],
      // The generator of the system needs none of it.
      reseed: ['ii', (p: N, n: N) => memory.check([p, n])],
    },
  } satisfies Record<string, RawInterface>
}

const keeping = ({ storage, resources, events, communication }: Services, memory: RawMemory) => {
  const json = (out: N, outLength: N, value: unknown) =>
    memory.write(out, outLength, Buffer.from(JSON.stringify(value)))
  const open = (p: N, n: N, handle: N) => {
    memory.check([handle, 8])
    memory.u64(handle, storage.open(memory.text(p, n)))
    return 0
  }
  const subscription = (type: N) => known(EVENT_TYPES[type])
  return {
    storage: {
      'create-container': ['iii', open],
      'open-container': ['iii', open],
      'delete-container': ['l', (container: L) => storage.deleteContainer(container)],
      'store-object': [
        'liiiii',
        (container: L, key: N, keyLength: N, p: N, n: N, object: N) => {
          memory.check([object, 8])
          memory.u64(object, storage.store(container, memory.text(key, keyLength), memory.read(p, n)))
          return 0
        },
      ],
      'retrieve-object': [
        'liiii',
        (container: L, key: N, keyLength: N, out: N, outLength: N) =>
          memory.write(out, outLength, storage.retrieve(container, memory.text(key, keyLength))),
      ],
      'delete-object': [
        'lii',
        (container: L, key: N, keyLength: N) => storage.delete(container, memory.text(key, keyLength)),
      ],
      'list-objects': [
        'lii',
        (container: L, out: N, outLength: N) => json(out, outLength, storage.list(container)),
      ],
      'get-metadata': [
        'liiii',
        (container: L, key: N, keyLength: N, out: N, outLength: N) => {
          const { size } = storage.metadata(container, memory.text(key, keyLength))
          return json(out, outLength, { size, content_type: 'application/octet-stream' })
        },
      ],
    },
    resources: {
      allocate: [
        'iliiii',
        (type: N, amount: L, _priority: N, out: N, outLength: N, grantedAt: N) => {
          memory.check([out, 1], [outLength, 4], [grantedAt, 8])
          const { id, granted } = resources.allocate(known(RESOURCE_TYPES[type]), amount)
          memory.write(out, outLength, Buffer.from(id))
          memory.u64(grantedAt, granted)
          return 0
        },
      ],
      deallocate: ['ii', (p: N, n: N) => resources.deallocate(memory.text(p, n))],
      'query-available': [
        'ii',
        (type: N, at: N) => memory.u64(at, resources.available(known(RESOURCE_TYPES[type]))),
      ],
    },
    events: {
      subscribe: [
        'ii',
        (type: N, at: N) => {
          memory.check([at, 8])
          memory.u64(at, events.subscribe(subscription(type)))
          return 0
        },
      ],
      unsubscribe: ['l', (handle: L) => events.unsubscribe(handle)],
      'poll-events': [
        'lii',
        (handle: L, out: N, outLength: N) => {
          memory.check([out, 2], [outLength, 4])
          const list = events.poll(handle).map(({ type, timestamp, payload }) => ({
            event_type: type,
            timestamp,
            payload: hex(Buffer.from(payload)),
          }))
          return json(out, outLength, list)
        },
      ],
    },
    communication: {
      'send-message': [
        'iiiiii',
        (to: N, toLength: N, p: N, n: N, isEncrypted: N, at: N) => {
          memory.check([at, 8])
          const recipient = memory.text(to, toLength)
          memory.u64(at, communication.send(recipient, memory.read(p, n), isEncrypted !== 0))
          return 0
        },
      ],
      'receive-message': [
        'ii',
        (out: N, outLength: N) => {
          memory.check([out, 4], [outLength, 4])
          const message = communication.receive()
          return json(out, outLength, message ? { ...message, payload: hex(message.payload) } : null)
        },
      ],
      'list-workloads': ['ii', (out: N, outLength: N) => json(out, outLength, communication.workloads())],
    },
  } satisfies Record<string, RawInterface>
}

/** As in the release that has this form: no sockets, and no GPU. */
const ABSENT: Readonly<Record<string, RawInterface>> = {
  sockets: {
    'create-socket': ['i', never],
    bind: ['liiii', never],
    connect: ['liiii', never],
    listen: ['li', never],
    accept: ['l', never],
    send: ['lii', never],
    receive: ['liii', never],
    close: ['l', () => 0],
  },
  gpu: {
    'list-adapters': ['ii', never],
    'get-adapter-info': ['lii', never],
    'create-device': ['l', never],
    'create-buffer': ['lili', never],
    'write-buffer': ['llii', never],
    'read-buffer': ['lllii', never],
    'create-compute-pipeline': ['lii', never],
    dispatch: ['lliii', never],
  },
}
