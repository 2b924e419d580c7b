import { HalFailure } from '../../../hal/failure.js'
import { RawMemory } from '../memory.js'
import { ABSENT } from './absent.js'
import { rawCapabilities } from './capabilities.js'
import { rawClock } from './clock.js'
import { rawCommunication } from './communication.js'
import { rawCrypto } from './crypto.js'
import { rawEvents } from './events.js'
import type { RawInterface } from './interface.js'
import { rawPlatform } from './platform.js'
import { rawRandom } from './random.js'
import { rawResources } from './resources.js'
import { rawStorage } from './storage.js'
import type { Services } from '../services.js'

/** `elastic:tee-hal/*`, and a function that passes it the memory of the instance. */
export type RawImports = {
  readonly imports: WebAssembly.Imports
  readonly bind: (memory: WebAssembly.Memory) => void
}

export function rawImports(services: Services): RawImports {
  const memory = new RawMemory()
  const interfaces: Readonly<Record<string, RawInterface>> = {
    platform: rawPlatform(services, memory),
    capabilities: rawCapabilities(services, memory),
    crypto: rawCrypto(services, memory),
    clock: rawClock(services, memory),
    random: rawRandom(memory),
    storage: rawStorage(services, memory),
    resources: rawResources(services, memory),
    events: rawEvents(services, memory),
    communication: rawCommunication(services, memory),
    ...ABSENT,
  }
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

/** A broken channel is not an error of the call. */
const isOfHost = (error: unknown): boolean =>
  error instanceof HalFailure || (error instanceof Error && 'code' in error)

/** Undefined if the module declares the function with another type. */
const unsigned = (kind: string, value: unknown): number | bigint | undefined => {
  if (kind === 'l') return typeof value === 'bigint' ? BigInt.asUintN(64, value) : undefined
  return typeof value === 'number' ? value >>> 0 : undefined
}
