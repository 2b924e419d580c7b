import type { PrimitiveKind } from '../types.js'
import type { Form, Value } from './types.js'

export type Layout = { readonly bytes: number; readonly align: number }

const POINTER: Layout = { bytes: 16, align: 8 }
const HANDLE: Layout = { bytes: 4, align: 4 }
const EMPTY: Layout = { bytes: 0, align: 1 }

const PRIMITIVES: Readonly<Record<PrimitiveKind, number>> = {
  bool: 1,
  s8: 1,
  u8: 1,
  s16: 2,
  u16: 2,
  s32: 4,
  u32: 4,
  s64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
  char: 4,
  string: 16,
  'error-context': 4,
}

/** The layout of a value in a 64-bit memory. */
export function layoutOf(form: Form): Layout {
  switch (form.kind) {
    case 'primitive':
      return primitive(form.primitive)
    case 'record':
      return sequence(form.fields.map(({ type }) => sizeOf(type)))
    case 'tuple':
      return sequence(form.items.map(sizeOf))
    case 'variant':
      return choice(form.cases.map(({ type }) => type))
    case 'enum':
      return choice(form.cases.map(() => undefined))
    case 'option':
      return choice([undefined, form.some])
    case 'result':
      return choice([form.ok, form.err])
    case 'flags': {
      const bytes = form.names.length <= 8 ? 1 : form.names.length <= 16 ? 2 : 4
      return { bytes, align: bytes }
    }
    case 'list': {
      if (form.length === undefined) return POINTER
      const { bytes, align } = sizeOf(form.element)
      return { bytes: bytes * form.length, align }
    }
    case 'map':
      return POINTER
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
      return HANDLE
  }
}

const sizeOf = (type: Value): Layout => (typeof type === 'string' ? primitive(type) : type)

const primitive = (kind: PrimitiveKind): Layout =>
  kind === 'string' ? POINTER : { bytes: PRIMITIVES[kind], align: PRIMITIVES[kind] }

const alignTo = (at: number, align: number): number => Math.ceil(at / align) * align

function sequence(parts: readonly Layout[]): Layout {
  let bytes = 0
  let align = 1
  for (const part of parts) {
    bytes = alignTo(bytes, part.align) + part.bytes
    align = Math.max(align, part.align)
  }
  return { bytes: alignTo(bytes, align), align }
}

function choice(cases: readonly (Value | undefined)[]): Layout {
  const tag = cases.length <= 0x100 ? 1 : cases.length <= 0x10000 ? 2 : 4
  const payloads = cases.map((type) => (type === undefined ? EMPTY : sizeOf(type)))
  const payloadAlign = payloads.reduce((most, { align }) => Math.max(most, align), 1)
  const payload = payloads.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  const align = Math.max(tag, payloadAlign)
  return { bytes: alignTo(alignTo(tag, payloadAlign) + payload, align), align }
}
