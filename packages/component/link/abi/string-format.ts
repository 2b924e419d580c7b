import type { StringEncoding } from '../../binary/canon-ast.js'
import { UTF16_TAG, type Range } from './address.js'
import { trap } from './trap.js'
import type { LinearMemory } from './linear-memory.js'

/** The part of a call context that strings need. */
type StringCall = {
  readonly memory: LinearMemory
  spend(bytes: number): void
  allocate(size: number, align: number): number
  reallocate(from: number, oldSize: number, align: number, size: number): number
}

export type StringFormat = {
  readonly load: (call: StringCall, at: number, length: number) => string
  /** `length` is in units of the encoding: bytes, or 16-bit units. */
  readonly store: (call: StringCall, text: string) => Range
}

/** Up to this length, JavaScript is faster than calling a decoder. */
const SHORT = 24

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf16Decoder = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true })
const utf8Encoder = new TextEncoder()

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, name: string): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return trap(`invalid ${name}`)
  }
}

const utf8: StringFormat = {
  load: (call, at, length) => {
    const { bytes } = call.memory
    call.memory.check(at, length, 1)
    call.spend(length)
    if (length > SHORT) return decoded(utf8Decoder, bytes.subarray(at, at + length), 'utf-8')
    let text = ''
    for (let index = at; index < at + length; index += 1) {
      const byte = bytes[index] ?? 0
      if (byte > 0x7f) return decoded(utf8Decoder, bytes.subarray(at, at + length), 'utf-8')
      text += String.fromCharCode(byte)
    }
    return text
  },
  store: (call, text) => {
    const length = Buffer.byteLength(text)
    const pointer = call.allocate(length, 1)
    utf8Encoder.encodeInto(text, call.memory.bytes.subarray(pointer, pointer + length))
    return { pointer, length }
  },
}

const utf16: StringFormat = {
  load: (call, at, length) => {
    call.memory.check(at, length * 2, 2)
    call.spend(length * 2)
    return decoded(utf16Decoder, call.memory.bytes.subarray(at, at + length * 2), 'utf-16')
  },
  store: (call, text) => {
    const wellFormed = withoutLoneSurrogates(text)
    const pointer = call.allocate(wellFormed.length * 2, 2)
    bufferOf(call).write(wellFormed, pointer, 'utf16le')
    return { pointer, length: wellFormed.length }
  },
}

const compact: StringFormat = {
  load: (call, at, tagged) => {
    if (tagged >= UTF16_TAG) return utf16.load(call, at, tagged - UTF16_TAG)
    call.memory.check(at, tagged, 2)
    call.spend(tagged)
    return bufferOf(call).toString('latin1', at, at + tagged)
  },
  store: (call, text) => {
    const wellFormed = withoutLoneSurrogates(text)
    const { length } = wellFormed
    const narrow = call.allocate(length, 2)
    if (!/[^\0-\u00ff]/.test(wellFormed)) {
      bufferOf(call).write(wellFormed, narrow, 'latin1')
      return { pointer: narrow, length }
    }
    // As specified for UTF-16: twice the size once a character is found that is not Latin-1.
    const pointer = call.reallocate(narrow, length, 2, length * 2)
    bufferOf(call).write(wellFormed, pointer, 'utf16le')
    return { pointer, length: length + UTF16_TAG }
  },
}

const bufferOf = (call: StringCall): Buffer => Buffer.from(call.memory.bytes.buffer)

// Replaces what UTF-8 cannot express by U+FFFD, as utf8Encoder does.
const withoutLoneSurrogates = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

export const STRING_FORMATS: Readonly<Record<StringEncoding, StringFormat>> = {
  utf8,
  utf16,
  'latin1+utf16': compact,
}
