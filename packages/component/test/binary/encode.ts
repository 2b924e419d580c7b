import { readFileSync } from 'node:fs'

/** Bytes as nested lists. */
export type Part = number | readonly Part[]

const flat = (part: Part): number[] => (typeof part === 'number' ? [part] : part.flatMap(flat))

export const u32 = (value: number): Part => (value < 0x80 ? value : [(value & 0x7f) | 0x80, u32(value >>> 7)])
/** An index as a signed LEB128, as required where a primitive type could stand instead. */
export const index33 = (value: number): Part =>
  value < 0x40 ? value : [(value & 0x7f) | 0x80, index33(value >>> 7)]
export const vec = (...items: readonly Part[]): Part => [u32(items.length), ...items]
export const sized = (...parts: readonly Part[]): Part => {
  const bytes = flat(parts)
  return [u32(bytes.length), bytes]
}
export const name = (text: string): Part => sized([...Buffer.from(text)])
export const externName = (text: string): Part => [0x00, name(text)]
export const section = (id: number, ...parts: readonly Part[]): Part => [id, sized(...parts)]
export const types = (...items: readonly Part[]): Part => section(7, vec(...items))

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d]
export const nested = (...sections: readonly Part[]): Part => [PREAMBLE, 0x0d, 0, 1, 0, ...sections]
export const component = (...sections: readonly Part[]): Uint8Array =>
  Uint8Array.from(flat(nested(...sections)))
export const core = (...sections: readonly Part[]): Uint8Array =>
  Uint8Array.from(flat([PREAMBLE, 1, 0, 0, 0, ...sections]))

export const BOOL = 0x7f
export const U32 = 0x79
export const record = (...fields: readonly (readonly [string, Part])[]): Part => [
  0x72,
  vec(...fields.map(([label, type]) => [name(label), type])),
]
export const tuple = (...items: readonly Part[]): Part => [0x6f, vec(...items)]
export const instanceType = (...declarations: readonly Part[]): Part => [0x42, vec(...declarations)]
export const exportType = (text: string, index: number): Part => [
  0x04,
  externName(text),
  0x03,
  0x00,
  u32(index),
]

export const COMPONENTS = ['async', 'hello', 'http', 'kinds', 'typed'] as const

export const fixture = (fixtureName: string): Uint8Array =>
  readFileSync(new URL(`../../../../test/fixtures/built/${fixtureName}.wasm`, import.meta.url))
export const componentFixture = (fixtureName: string): Uint8Array => fixture(`components/${fixtureName}`)
