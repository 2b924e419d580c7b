import type { ByteReader } from '../wasm/byte-reader.js'
import type { CanonOptions, StringEncoding } from './canon-ast.js'
import { malformed, unsupported } from './error.js'
import type { ScopeBuilder } from './scope.js'
import { readVector } from './vector.js'
import { NOT_YET } from '../remedy.js'

type Option = { readonly key: keyof CanonOptions; readonly value: StringEncoding | number | true }

/** `opts`. */
export function readCanonOptions(reader: ByteReader, scope: ScopeBuilder): CanonOptions {
  const at = reader.offset
  const options = readVector(reader, scope.tally, () => readOption(reader, scope))
  if (new Set(options.map(({ key }) => key)).size < options.length) {
    throw malformed('an option of a canonical definition is given twice', at)
  }
  return {
    stringEncoding: 'utf8',
    memory: undefined,
    realloc: undefined,
    postReturn: undefined,
    async: false,
    callback: undefined,
    ...Object.fromEntries(options.map(({ key, value }) => [key, value])),
  }
}

function readOption(reader: ByteReader, scope: ScopeBuilder): Option {
  const at = reader.offset
  const code = reader.u8()
  switch (code) {
    case 0x00:
      return { key: 'stringEncoding', value: 'utf8' }
    case 0x01:
      return { key: 'stringEncoding', value: 'utf16' }
    case 0x02:
      return { key: 'stringEncoding', value: 'latin1+utf16' }
    case 0x03:
      return { key: 'memory', value: scope.index(reader, 'core-memory') }
    case 0x04:
      return { key: 'realloc', value: scope.index(reader, 'core-func') }
    case 0x05:
      return { key: 'postReturn', value: scope.index(reader, 'core-func') }
    case 0x06:
      scope.tally.usesAsync = true
      return { key: 'async', value: true }
    case 0x07:
      scope.tally.usesAsync = true
      return { key: 'callback', value: scope.index(reader, 'core-func') }
    case 0x08:
      throw unsupported('the option `core-type` of a canonical definition', at, NOT_YET)
    case 0x09:
      throw unsupported('the option `gc` of a canonical definition', at, NOT_YET)
    default:
      throw malformed(`unknown option 0x${code.toString(16)} of a canonical definition`, at)
  }
}
