import { ByteReader } from './byte-reader.js'
import { WASM_PAGE_BYTES } from './module-limits.js'
import type { ModuleShape } from './scan.js'

type Bytes = Uint8Array<ArrayBuffer>

/** A module that imports the memory that it had of its own. */
export type SeparatedModule = { readonly binary: Bytes; readonly memories: SpareMemories }

/** To fill more with zeros takes as long as a fresh memory does. */
const MAX_PAGES = 8
/** V8 remembers each instance that a memory was given to. */
const MAX_USES = 500
const MAX_SPARE = 2

type MemoryType = { readonly initial: number; readonly maximum?: number }

/** A name that no compiler uses; modules that have it are left unchanged. */
const NAMESPACE = '\u0000proplet'
const NAME = 'memory'

/**
 * The memories of the instances of one module. A fresh one costs the kernel 40 to 90 µs, more than most small instances do
 * otherwise, so those of instances that have ended are filled with zeros, and are as fresh ones then.
 */
export class SpareMemories {
  readonly #type: MemoryType
  readonly #spare: { readonly memory: WebAssembly.Memory; uses: number }[] = []

  constructor(type: MemoryType) {
    this.#type = type
  }

  /** One of the initial size, all zeros, and what the instance imports. `giveBack`: nothing uses it any more. */
  take(): { readonly imports: WebAssembly.Imports; readonly giveBack: () => void } {
    const { memory, uses } = this.#spare.pop() ?? { memory: new WebAssembly.Memory(this.#type), uses: 0 }
    return { imports: { [NAMESPACE]: { [NAME]: memory } }, giveBack: () => this.#keep(memory, uses + 1) }
  }

  /** One that has grown can't shrink, and so is not as it was. */
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
const HEADER_BYTES = 8
const CUSTOM_SECTION = 0
const HAS_MAXIMUM = 1

type Section = {
  readonly id: number
  readonly start: number
  readonly end: number
  readonly bodyStart: number
}

/**
 * The module with its one small memory imported, all else as it was: index 0 of the memories is the same one, and the engine
 * takes either module or none. Undefined: it has another number of memories, or a large one, or one of 64 bits, or one
 * where it does not belong.
 * @param shape of the binary, which was scanned: so its sections are well-formed
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
  // Engines differ in how JavaScript makes one of 64 bits, and few modules have it.
  if (flags > HAS_MAXIMUM) return undefined
  limits.u32()
  const type = flags === HAS_MAXIMUM ? { initial: pages, maximum: limits.u32() } : { initial: pages }
  if (!limits.done) return undefined
  const entry = [...nameBytes(NAMESPACE), ...nameBytes(NAME), MEMORY_IMPORT]
  const imported = [...entry, ...binary.subarray(limitsStart, limits.offset)]
  return { binary: rewritten(binary, sections, imported), memories: new SpareMemories(type) }
}

/** The only one, where it belongs: the engine does not see it, and can't object. */
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
      pieces.push(sectionBytes([...leb(count + 1)], binary.subarray(body.offset, end), imported))
      isMissing = false
      continue
    }
    if (isMissing && id !== CUSTOM_SECTION && id > IMPORT_SECTION) {
      pieces.push(sectionBytes([1], NOTHING, imported))
      isMissing = false
    }
    if (id !== MEMORY_SECTION) pieces.push(binary.subarray(start, end))
  }
  const result = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    result.set(piece, at)
    at += piece.length
  }
  return result
}

const NOTHING = new Uint8Array(0)

function sectionBytes(count: readonly number[], entries: Uint8Array, more: readonly number[]): Uint8Array {
  const length = count.length + entries.length + more.length
  const head = [IMPORT_SECTION, ...leb(length), ...count]
  const bytes = new Uint8Array(head.length + entries.length + more.length)
  bytes.set(head)
  bytes.set(entries, head.length)
  bytes.set(more, head.length + entries.length)
  return bytes
}

function sectionsOf(binary: Bytes): readonly Section[] {
  const reader = new ByteReader(binary, HEADER_BYTES)
  const sections: Section[] = []
  while (!reader.done) {
    const start = reader.offset
    const id = reader.u8()
    const length = reader.u32()
    const bodyStart = reader.offset
    reader.skip(length)
    sections.push({ id, start, end: reader.offset, bodyStart })
  }
  return sections
}

const nameBytes = (name: string): readonly number[] => {
  const bytes = new TextEncoder().encode(name)
  return [...leb(bytes.length), ...bytes]
}

const leb = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]
