import { ByteReader } from './byte-reader.js'

export type Bytes = Uint8Array<ArrayBuffer>

export type Section = {
  readonly id: number
  readonly start: number
  readonly end: number
  readonly bodyStart: number
}

export const HEADER_BYTES = 8

/** The sections of a module that was scanned, so they are well-formed. */
export function sectionsOf(binary: Uint8Array): readonly Section[] {
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

/** A section whose entries are `entries` and `more`. */
export function sectionBytes(
  id: number,
  count: number,
  entries: Uint8Array,
  more: readonly number[],
): Uint8Array {
  const head = leb(count)
  const length = head.length + entries.length + more.length
  return Uint8Array.from([id, ...leb(length), ...head, ...entries, ...more])
}

export function joined(pieces: readonly Uint8Array[]): Bytes {
  const result = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    result.set(piece, at)
    at += piece.length
  }
  return result
}

export const nameBytes = (name: string): readonly number[] => {
  const bytes = new TextEncoder().encode(name)
  return [...leb(bytes.length), ...bytes]
}

export const leb = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]
