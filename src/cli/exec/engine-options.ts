import { parseSize } from '../../io/config/settings/size.js'
import type { NetworkFlags } from './network.js'

/**
 * Values of wasmtime's `-S`, `-W`, `-C`, `-D` and `-O` that are accepted without effect, because they apply here anyway
 * or have no meaning.
 */
const IGNORED: Readonly<Record<string, ReadonlySet<string>>> = {
  S: new Set([
    'cli',
    'common',
    'preview2',
    'p3',
    'cli-exit-with-code',
    'network-error-code',
    'inherit-stdout',
    'inherit-stderr',
  ]),
  W: new Set([
    'all-proposals',
    'bulk-memory',
    'component-model',
    'component-model-async',
    'component-model-async-builtins',
    'component-model-async-stackful',
    'component-model-error-context',
    'component-model-more-async-builtins',
    'exceptions',
    'function-references',
    'gc',
    'multi-memory',
    'multi-value',
    'reference-types',
    'relaxed-simd',
    'simd',
    'tail-call',
  ]),
  C: new Set(['cache', 'compiler', 'parallel-compilation']),
  D: new Set(['debug-info']),
}

const NETWORK: Readonly<Record<string, keyof NetworkFlags>> = {
  'inherit-network': 'inheritNetwork',
  'allow-ip-name-lookup': 'allowIpNameLookup',
  http: 'http',
  tcp: 'tcp',
  udp: 'udp',
}

export type EngineOptions = {
  /** Maximum bytes of linear memory; undefined for no limit. */
  readonly memoryMaxBytes: number | undefined
  /** Bytes of stack; undefined: V8's default. */
  readonly stackMaxBytes: number | undefined
  readonly network: Partial<NetworkFlags>
  /** Whether the guest reads our standard input; undefined if not given. */
  readonly inheritStdin: boolean | undefined
  /** Whether it gets our environment; undefined if not given. */
  readonly inheritEnv: boolean | undefined
}

/**
 * Reads the list of one letter, such as `max-memory-size=1000000,simd=y`; undefined if it contains an option of
 * wasmtime that has no equivalent here.
 */
export function readEngineOptions(letter: string, list: string): EngineOptions | undefined {
  let memoryMaxBytes: number | undefined
  let stackMaxBytes: number | undefined
  let inheritStdin: boolean | undefined
  let inheritEnv: boolean | undefined
  const network: { -readonly [K in keyof NetworkFlags]?: NetworkFlags[K] } = {}
  for (const item of list.split(',')) {
    const [key = '', value = 'y'] = item.split('=')
    if (letter === 'O') continue
    if (letter === 'W' && key === 'max-memory-size') {
      memoryMaxBytes = parseSize(value)
      if (!(memoryMaxBytes >= 65_536)) return undefined
      continue
    }
    if (letter === 'W' && key === 'max-wasm-stack') {
      stackMaxBytes = parseSize(value)
      if (!(stackMaxBytes > 0)) return undefined
      continue
    }
    const isOn = switchOf(value)
    if (isOn === undefined) return undefined
    const networkFlag = letter === 'S' && Object.hasOwn(NETWORK, key) ? NETWORK[key] : undefined
    if (networkFlag !== undefined) network[networkFlag] = isOn
    else if (letter === 'S' && key === 'inherit-stdin') inheritStdin = isOn
    else if (letter === 'S' && key === 'inherit-env') inheritEnv = isOn
    else if (IGNORED[letter]?.has(key) !== true || !isOn) return undefined
  }
  return { memoryMaxBytes, stackMaxBytes, network, inheritStdin, inheritEnv }
}

function switchOf(value: string): boolean | undefined {
  if (/^(?:y|yes|true)$/.test(value)) return true
  return /^(?:n|no|false)$/.test(value) ? false : undefined
}
