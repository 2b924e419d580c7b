import { ByteReader } from './byte-reader.js'
import { WASM_PAGE_BYTES } from './module-limits.js'
import type { ModuleShape } from './scan.js'
import {
  HEADER_BYTES,
  joined,
  nameBytes,
  sectionBytes,
  sectionsOf,
  type Bytes,
  type Section,
} from './sections.js'

/** A module that imports the memory that it used to define. */
export type SeparatedModule = { readonly binary: Bytes; readonly memories: SpareMemories }

/** Zeroing more pages takes as long as creating a memory. */
const MAX_PAGES = 8
/** V8 keeps a record of each instance that has used a memory. */
const MAX_USES = 500
const MAX_SPARE = 2

type MemoryType = { readonly initial: number; readonly maximum?: number }

/** A zeroed memory of the initial size. */
export type SpareMemory = {
  readonly memory: WebAssembly.Memory
  /** The imports through which an instance gets it. */
  readonly imports: WebAssembly.Imports
  /** Must be called only when nothing uses it any more. */
  readonly giveBack: () => void
}

/** A name that no compiler uses; modules that use it are left unchanged. */
const NAMESPACE = '\u0000proplet'
const NAME = 'memory'
// The name is repeated here, because V8 stores computed names of a literal on a slow path.
const importsOf = (memory: WebAssembly.Memory): WebAssembly.Imports => ({ '\u0000proplet': { memory } })

/**
 * The memories of the instances of one module. A new one costs the kernel 40 to 90 µs, more than everything else in most small
 * instances, so memories of ended instances are zeroed and used again.
 */
export class SpareMemories {
  readonly #type: MemoryType
  readonly #spare: { readonly memory: WebAssembly.Memory; uses: number }[] = []

  constructor(type: MemoryType) {
    this.#type = type
  }

  take(): SpareMemory {
    const { memory, uses } = this.#spare.pop() ?? { memory: new WebAssembly.Memory(this.#type), uses: 0 }
    return { memory, imports: importsOf(memory), giveBack: () => this.#keep(memory, uses + 1) }
  }

  /** A memory that has grown cannot shrink, so it is not kept. */
  #keep(memory: WebAssembly.Memory, uses: number): void {
    const { buffer } = memory
    const isSpent = uses >= MAX_USES || this.#spare.length >= MAX_SPARE
    if (isSpent || buffer.byteLength !== this.#type.initial * WASM_PAGE_BYTES) return
    new Uint8Array(buffer).fill(0)
    this.#spare.push({ memory, uses })
  }
}

const IMPORT_SECTION = 2
const MEMORY_SECTION = 5
const MEMORY_IMPORT = 2
const CUSTOM_SECTION = 0
const HAS_MAXIMUM = 1

/**
 * Turns the only memory of a module into an import; the rest is unchanged. The memory keeps index 0, and the engine accepts
 * either both modules or neither. Undefined if the module has another number of memories, a large or 64-bit memory, or a
 * misplaced section.
 * @param shape of the binary, which was scanned, so its sections are well-formed
 */
export function separateMemory(binary: Bytes, shape: ModuleShape): SeparatedModule | undefined {
  const { ownMemoryPages, imports } = shape
  const [pages] = ownMemoryPages
  if (pages === undefined || ownMemoryPages.length > 1 || pages > MAX_PAGES || pages === 0) return undefined
  if (imports.some(({ kind, module }) => kind === 'memory' || module === NAMESPACE)) return undefined
  const sections = sectionsOf(binary)
  const own = memorySection(sections)
  if (own === undefined) return undefined
  const limits = new ByteReader(binary, own.bodyStart, own.end)
  limits.u32()
  const limitsStart = limits.offset
  const flags = limits.u8()
  // Engines differ in how JavaScript creates 64-bit memories, and few modules have one.
  if (flags > HAS_MAXIMUM) return undefined
  limits.u32()
  const type = flags === HAS_MAXIMUM ? { initial: pages, maximum: limits.u32() } : { initial: pages }
  if (!limits.done) return undefined
  const entry = [...nameBytes(NAMESPACE), ...nameBytes(NAME), MEMORY_IMPORT]
  const imported = [...entry, ...binary.subarray(limitsStart, limits.offset)]
  return { binary: rewritten(binary, sections, imported), memories: new SpareMemories(type) }
}

/** The only memory section, if it is in its place: the engine will not see it and so cannot reject it. */
function memorySection(sections: readonly Section[]): Section | undefined {
  const known = sections.filter(({ id }) => id !== CUSTOM_SECTION)
  const at = known.findIndex(({ id }) => id === MEMORY_SECTION)
  const before = known[at - 1]?.id ?? 0
  const after = known[at + 1]?.id ?? Infinity
  return before < MEMORY_SECTION && after > MEMORY_SECTION ? known[at] : undefined
}

function rewritten(binary: Bytes, sections: readonly Section[], imported: readonly number[]): Bytes {
  const pieces: Uint8Array[] = [binary.subarray(0, HEADER_BYTES)]
  let isMissing = true
  for (const { id, start, end, bodyStart } of sections) {
    if (id === IMPORT_SECTION) {
      const body = new ByteReader(binary, bodyStart, end)
      const count = body.u32()
      pieces.push(sectionBytes(IMPORT_SECTION, count + 1, binary.subarray(body.offset, end), imported))
      isMissing = false
      continue
    }
    if (isMissing && id !== CUSTOM_SECTION && id > IMPORT_SECTION) {
      pieces.push(sectionBytes(IMPORT_SECTION, 1, NOTHING, imported))
      isMissing = false
    }
    if (id !== MEMORY_SECTION) pieces.push(binary.subarray(start, end))
  }
  return joined(pieces)
}

const NOTHING = new Uint8Array(0)
