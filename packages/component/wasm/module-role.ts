import { ByteReader } from './byte-reader.js'

/**
 * A `forwarder` has tables, and functions that do nothing but call what is in them: all that changes of it is what others write
 * to its tables. A `filler` writes functions to tables when it is instantiated, and has nothing of its own.
 */
export type ModuleRole = 'forwarder' | 'filler'

const HEADER_BYTES = 8
const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  export: 7,
  element: 9,
  code: 10,
} as const
const OP = { end: 0x0b, callIndirect: 0x11, localGet: 0x20, constant: 0x41 } as const

const FORWARDER: ReadonlySet<number> = new Set([
  SECTION.custom,
  SECTION.type,
  SECTION.function,
  SECTION.table,
  SECTION.export,
  SECTION.code,
])
const FILLER: ReadonlySet<number> = new Set([SECTION.custom, SECTION.type, SECTION.import, SECTION.element])

/** @param binary of a module that the engine has taken */
export function moduleRole(binary: Uint8Array): ModuleRole | undefined {
  const reader = new ByteReader(binary, HEADER_BYTES)
  let isForwarder = true
  let isFiller = true
  while (!reader.done) {
    const id = reader.u8()
    const section = reader.section(reader.u32())
    isForwarder &&= FORWARDER.has(id) && (id !== SECTION.code || onlyForwards(section))
    isFiller &&= FILLER.has(id)
    if (!isForwarder && !isFiller) return undefined
  }
  return isForwarder ? 'forwarder' : 'filler'
}

function onlyForwards(code: ByteReader): boolean {
  for (let count = code.u32(); count > 0; count -= 1) {
    const body = code.section(code.u32())
    // Groups of locals.
    if (body.u32() > 0 || !forwards(body)) return false
  }
  return true
}

function forwards(body: ByteReader): boolean {
  while (!body.done) {
    switch (body.u8()) {
      case OP.end:
        break
      case OP.localGet:
        body.u32()
        break
      case OP.constant:
        // LEB128, whose value does not matter.
        while (body.u8() >= 0x80);
        break
      case OP.callIndirect:
        body.u32()
        body.u32()
        break
      default:
        return false
    }
  }
  return true
}
