import type { Preview2Imports } from '@proplet/wasi/preview2.js'
import { attest } from './attestation.js'
import type { EventType, ResourceType } from '../../hal/calls.js'
import type { CipherName } from './cipher.js'
import type { HashName } from './hash.js'
import { toHalFailure } from '../../hal/failure.js'
import { noGpu } from './gpu.js'
import { capabilitiesOf, CAPABILITY_VERSION, hasCapability } from './platform.js'
import { randomBytes } from './random.js'
import type { Services } from './services.js'
import type { Address } from './sockets.js'
import type { Protocol } from './socket-state.js'

type AllocationRequest = { readonly resourceType: ResourceType; readonly amount: bigint }

const ENTROPY_INFO = { source: 'platform', quality: 256, availableBytes: 2n ** 64n - 1n }
const CONTENT_TYPE = 'application/octet-stream'

/** `elastic:hal/*@0.1`, by interface without version, in the shape of jco's bindings. */
export const componentImports = (services: Services): Preview2Imports => ({
  ...computing(services),
  ...gpu,
  ...storing(services),
  ...sharing(services),
})

const computing = ({ grant, crypto, clock, daemon }: Services): Preview2Imports => ({
  'elastic:hal/platform': {
    getPlatformInfo: () => ({ platformType: grant.platform.type, version: grant.platform.version }),
    listCapabilities: () =>
      capabilitiesOf(grant).map(({ name, isSupported }) => ({
        featureName: name,
        supported: isSupported,
        version: CAPABILITY_VERSION,
      })),
    hasCapability: (name: string) => hasCapability(grant, name),
  },
  'elastic:hal/attestation': safe({ attestation: (data: Uint8Array) => attest(daemon, data) }),
  'elastic:hal/crypto': safe({
    hash: (data: Uint8Array, algorithm: HashName) => crypto.hash(data, algorithm),
    encrypt: (data: Uint8Array, key: Uint8Array, cipher: CipherName) => crypto.encrypt(data, key, cipher),
    decrypt: (data: Uint8Array, key: Uint8Array, cipher: CipherName) => crypto.decrypt(data, key, cipher),
    generateKeypair: () => crypto.generateKeyPair(),
    sign: (data: Uint8Array, seed: Uint8Array) => crypto.sign(data, seed),
    verify: (data: Uint8Array, signature: Uint8Array, key: Uint8Array) => crypto.verify(data, signature, key),
    createContext: () => crypto.createContext(),
    destroyContext: (handle: bigint) => crypto.destroyContext(handle),
  }),
  'elastic:hal/clock': safe({
    getSystemTime: () => clock.systemTime(),
    getMonotonicTime: () => {
      const { seconds, nanoseconds } = clock.monotonicTime()
      return { elapsedSeconds: seconds, elapsedNanoseconds: nanoseconds }
    },
    resolution: () => clock.resolution(),
    sleep: (duration: bigint) => clock.sleep(duration),
  }),
  'elastic:hal/random': safe({
    getRandomBytes: randomBytes,
    getSecureRandom: randomBytes,
    getEntropyInfo: () => ENTROPY_INFO,
    // The system's generator needs no reseeding.
    reseed: () => undefined,
  }),
})

const storing = ({ storage }: Services): Preview2Imports => ({
  'elastic:hal/storage': safe({
    createContainer: (name: string) => storage.open(name),
    openContainer: (name: string) => storage.open(name),
    deleteContainer: (handle: bigint) => storage.deleteContainer(handle),
    storeObject: (handle: bigint, key: string, data: Uint8Array) => storage.store(handle, key, data),
    retrieveObject: (handle: bigint, key: string) => storage.retrieve(handle, key),
    deleteObject: (handle: bigint, key: string) => storage.delete(handle, key),
    listObjects: (handle: bigint) => storage.list(handle),
    getMetadata: (handle: bigint, key: string) => {
      const { size, createdAt } = storage.metadata(handle, key)
      return { size: BigInt(size), createdAt: BigInt(createdAt), contentType: CONTENT_TYPE }
    },
  }),
})

const sharing = ({ sockets, resources, events, communication }: Services): Preview2Imports => ({
  'elastic:hal/sockets': safe({
    createSocket: (protocol: Protocol) => sockets.create(protocol),
    bind: (socket: bigint, address: Address) => sockets.bind(socket, address),
    listen: (socket: bigint, backlog: number) => sockets.listen(socket, backlog),
    connect: (socket: bigint, address: Address) => sockets.connect(socket, address),
    accept: (socket: bigint) => sockets.accept(socket),
    send: (socket: bigint, data: Uint8Array) => sockets.send(socket, data),
    receive: (socket: bigint, maxLength: number) => sockets.receive(socket, maxLength),
    close: (socket: bigint) => sockets.close(socket),
  }),
  'elastic:hal/resources': safe({
    allocate: ({ resourceType, amount }: AllocationRequest) => {
      const { id, granted } = resources.allocate(resourceType, amount)
      return { allocationId: id, grantedAmount: granted }
    },
    deallocate: (id: string) => resources.deallocate(id),
    queryAvailable: (type: ResourceType) => resources.available(type),
  }),
  'elastic:hal/events': safe({
    subscribe: (type: EventType) => events.subscribe(type),
    unsubscribe: (handle: bigint) => events.unsubscribe(handle),
    pollEvents: (handle: bigint) =>
      events.poll(handle).map(({ type, timestamp, payload }) => ({
        eventType: type,
        timestamp: BigInt(timestamp),
        payload: new Uint8Array(Buffer.from(payload)),
      })),
  }),
  'elastic:hal/communication': safe({
    sendMessage: (recipient: string, data: Uint8Array, isEncrypted: boolean) =>
      communication.send(recipient, data, isEncrypted),
    receiveMessage: () => communication.receive(),
    listWorkloads: () => communication.workloads(),
  }),
})

type Functions = Readonly<Record<string, (...args: never[]) => unknown>>

/** Turns exceptions into the error of the function's `result`. */
const safe = (functions: Functions): Functions =>
  Object.fromEntries(
    Object.entries(functions).map(([name, call]) => [
      name,
      (...args: never[]) => {
        try {
          return call(...args)
        } catch (error) {
          throw toHalFailure(error)
        }
      },
    ]),
  )

const gpu: Preview2Imports = {
  'elastic:hal/gpu': {
    listAdapters: () => [],
    getAdapterInfo: noGpu,
    createDevice: noGpu,
    createBuffer: noGpu,
    writeBuffer: noGpu,
    readBuffer: noGpu,
    createComputePipeline: noGpu,
    dispatch: noGpu,
  },
}
