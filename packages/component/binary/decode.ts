import { ByteReader } from '../wasm/byte-reader.js'
import { moduleLayer } from '../wasm/preamble.js'
import { ComponentError } from '../error.js'
import type { Component, Sort, StartDefinition } from './ast.js'
import { NOT_YET } from '../remedy.js'
import { malformed, unsupported } from './error.js'
import { LISTS } from './lists.js'
import { ScopeBuilder, Tally } from './scope.js'
import { readVector } from './vector.js'

/** A decoded component; offsets of its parts are offsets in `bytes`. */
export type DecodedComponent = {
  readonly bytes: Uint8Array
  readonly root: Component
  /** Whether it uses WASI 0.3: an async function, a stream, a future, or a built-in function for these. */
  readonly usesAsync: boolean
}

const PREAMBLE_BYTES = 8

/**
 * Decodes a component binary (layer 1, version 0x0d), without its core modules. Fails with `ComponentError`, code `binary` or
 * `unsupported`; the work is bounded by the size of the binary.
 *
 * ```ts
 * const { root } = decodeComponent(bytes)
 * console.log(root.definitions.length)
 * ```
 */
export function decodeComponent(bytes: Uint8Array): DecodedComponent {
  checkLayer('component', bytes, 0)
  const tally = new Tally()
  const reader = new ByteReader(bytes, 0, bytes.length, malformed)
  const root = readComponent(bytes, reader, tally, undefined)
  return { bytes, root, usesAsync: tally.usesAsync }
}

/** Refuses a binary of another layer than expected here. */
function checkLayer(expected: 'core' | 'component', bytes: Uint8Array, offset: number): void {
  let layer
  try {
    layer = moduleLayer(bytes.subarray(offset))
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error
    throw error.code === 'unsupported' ? error : malformed(error.message, offset)
  }
  if (layer !== expected) throw malformed(`found the layer ${layer}, expected ${expected},`, offset)
}

/** Reads everything left in the reader. */
function readComponent(
  bytes: Uint8Array,
  reader: ByteReader,
  tally: Tally,
  parent: ScopeBuilder | undefined,
): Component {
  const start = reader.offset
  const end = start + reader.left
  const scope = new ScopeBuilder(tally, parent, start)
  const customSections: string[] = []
  reader.skip(PREAMBLE_BYTES)
  while (!reader.done) {
    const at = reader.offset
    const id = reader.u8()
    const section = reader.section(reader.u32())
    if (id === 0) {
      tally.add(at)
      customSections.push(section.name())
      continue
    }
    readSection(id, at, bytes, section, scope)
    if (!section.done) throw malformed('a section is longer than its content', section.offset)
  }
  return { start, end, customSections, definitions: scope.definitions, spaces: scope.spaces }
}

/** Sections with a single definition: a core module, a component, the start. */
function readSection(
  id: number,
  at: number,
  bytes: Uint8Array,
  section: ByteReader,
  scope: ScopeBuilder,
): void {
  const offset = section.offset
  switch (id) {
    case 1: {
      const end = offset + section.left
      checkLayer('core', bytes.subarray(0, end), offset)
      section.skip(section.left)
      scope.tally.add(at)
      scope.define({ kind: 'core-module', offset, start: offset, end }, 'core-module')
      break
    }
    case 4: {
      scope.tally.add(at)
      checkLayer('component', bytes.subarray(0, offset + section.left), offset)
      const component = readComponent(bytes, section, scope.tally, scope)
      scope.define({ kind: 'component', offset, component }, 'component')
      break
    }
    case 9: {
      scope.tally.add(at)
      const start = readStart(section, scope)
      scope.define({ ...start, offset }, ...Array<Sort>(start.results).fill('value'))
      break
    }
    case 12:
      throw unsupported('a section of values', at, NOT_YET)
    default: {
      const define = LISTS.get(id)
      if (define === undefined) throw malformed(`unknown section ${id}`, at)
      readVector(section, scope.tally, () => {
        define(section, scope, section.offset)
      })
    }
  }
}

function readStart(reader: ByteReader, scope: ScopeBuilder): StartDefinition {
  const at = reader.offset
  const func = scope.index(reader, 'func')
  const args = readVector(reader, scope.tally, () => scope.index(reader, 'value'))
  const results = reader.u32()
  if (results > 1) throw malformed(`a start function of ${results} results`, at)
  return { kind: 'start', func, args, results }
}
