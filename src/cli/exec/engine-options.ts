import { parseSize } from '../../io/config/size.js'

/** What `-S`, `-W`, `-C`, `-D` and `-O` of wasmtime may say: things that hold here anyway, or mean nothing here. */
const IGNORED: Readonly<Record<string, ReadonlySet<string>>> = {
  S: new Set(['cli', 'common', 'preview2', 'http']),
  W: new Set([
    'all-proposals',
    'bulk-memory',
    'component-model',
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

export type EngineOptions = {
  /** Bytes of linear memory; undefined: as much as there may be. */
  readonly memoryMaxBytes: number | undefined
}

/**
 * Reads one list such as `max-memory-size=1000000,simd=y` of one letter; undefined when something in it would have an
 * effect with wasmtime that it can't have here.
 */
export function readEngineOptions(letter: string, list: string): EngineOptions | undefined {
  let memoryMaxBytes: number | undefined
  for (const item of list.split(',')) {
    const [key = '', value = 'y'] = item.split('=')
    if (letter === 'W' && key === 'max-memory-size') {
      memoryMaxBytes = parseSize(value)
      if (!(memoryMaxBytes >= 65_536)) return undefined
    } else if (letter !== 'O' && (IGNORED[letter]?.has(key) !== true || !/^(?:y|yes|true)$/.test(value))) {
      return undefined
    }
  }
  return { memoryMaxBytes }
}
