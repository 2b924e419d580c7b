import type { ByteReader } from '../wasm/byte-reader.js'
import { readValueType } from '../wasm/value-types.js'
import type { AsyncBuiltin } from './canon-ast.js'
import { readCanonOptions } from './canon-options.js'
import { malformed, unsupported } from './error.js'
import type { ScopeBuilder } from './scope.js'
import { readResultList } from './types.js'
import { NOT_YET } from '../remedy.js'

type Immediate = 'type' | 'options' | 'flag' | 'memory' | 'result' | 'slot' | 'thread'

/** By opcode: the name and the immediates. https://github.com/WebAssembly/component-model, Binary.md */
const BUILTINS: ReadonlyMap<number, readonly [name: string, ...immediates: Immediate[]]> = new Map([
  [0x05, ['task.cancel']],
  [0x06, ['subtask.cancel', 'flag']],
  [0x07, ['resource.drop-async', 'type']],
  [0x08, ['backpressure.set']],
  [0x09, ['task.return', 'result', 'options']],
  [0x0a, ['context.get', 'slot']],
  [0x0b, ['context.set', 'slot']],
  [0x0c, ['thread.yield', 'flag']],
  [0x0d, ['subtask.drop']],
  [0x0e, ['stream.new', 'type']],
  [0x0f, ['stream.read', 'type', 'options']],
  [0x10, ['stream.write', 'type', 'options']],
  [0x11, ['stream.cancel-read', 'type', 'flag']],
  [0x12, ['stream.cancel-write', 'type', 'flag']],
  [0x13, ['stream.drop-readable', 'type']],
  [0x14, ['stream.drop-writable', 'type']],
  [0x15, ['future.new', 'type']],
  [0x16, ['future.read', 'type', 'options']],
  [0x17, ['future.write', 'type', 'options']],
  [0x18, ['future.cancel-read', 'type', 'flag']],
  [0x19, ['future.cancel-write', 'type', 'flag']],
  [0x1a, ['future.drop-readable', 'type']],
  [0x1b, ['future.drop-writable', 'type']],
  [0x1c, ['error-context.new', 'options']],
  [0x1d, ['error-context.debug-message', 'options']],
  [0x1e, ['error-context.drop']],
  [0x1f, ['waitable-set.new']],
  [0x20, ['waitable-set.wait', 'flag', 'memory']],
  [0x21, ['waitable-set.poll', 'flag', 'memory']],
  [0x22, ['waitable-set.drop']],
  [0x23, ['waitable.join']],
  [0x24, ['backpressure.inc']],
  [0x25, ['backpressure.dec']],
  [0x26, ['thread.index']],
  [0x27, ['thread.new-indirect', 'thread']],
  [0x28, ['thread.resume-later']],
  [0x29, ['thread.suspend', 'flag']],
  [0x2a, ['thread.suspend-then-resume', 'flag']],
  [0x2b, ['thread.yield-then-resume', 'flag']],
  [0x2c, ['thread.suspend-then-promote', 'flag']],
  [0x2d, ['thread.yield-then-promote', 'flag']],
  [0x2e, ['stream.forward', 'type']],
  [0x2f, ['future.forward', 'type']],
])
const FIRST_SHARED_THREAD = 0x40
const LAST_SHARED_THREAD = 0x42

export function readAsyncBuiltin(
  code: number,
  reader: ByteReader,
  scope: ScopeBuilder,
  at: number,
): AsyncBuiltin {
  if (code >= FIRST_SHARED_THREAD && code <= LAST_SHARED_THREAD)
    throw unsupported('threads that share a memory', at, NOT_YET)
  const builtin = BUILTINS.get(code)
  if (builtin === undefined) throw malformed(`unknown canonical definition 0x${code.toString(16)}`, at)
  scope.tally.usesAsync = true
  const [name, ...immediates] = builtin
  const parts = immediates.map((immediate) => READERS[immediate](reader, scope))
  return parts.reduce<AsyncBuiltin>((all, part) => ({ ...all, ...part }), { kind: 'async-builtin', name })
}

const READERS: Readonly<
  Record<Immediate, (reader: ByteReader, scope: ScopeBuilder) => Partial<AsyncBuiltin>>
> = {
  type: (reader, scope) => ({ type: scope.index(reader, 'type') }),
  options: (reader, scope) => ({ options: readCanonOptions(reader, scope) }),
  flag: (reader) => ({ flag: readFlag(reader) }),
  memory: (reader, scope) => ({ memory: scope.index(reader, 'core-memory') }),
  result: (reader, scope) => ({ result: readResultList(reader, scope) }),
  slot: (reader) => {
    const at = reader.offset
    const type = readValueType(reader)
    if (type !== 'i32' && type !== 'i64') throw malformed(`a context of the type ${type}`, at)
    return { slot: reader.u32(), slotType: type }
  },
  thread: (reader, scope) => {
    const type = scope.index(reader, 'core-type')
    return { thread: { type, table: scope.index(reader, 'core-table') } }
  },
}

function readFlag(reader: ByteReader): boolean {
  const at = reader.offset
  const flag = reader.u8()
  if (flag > 1) throw malformed('neither 0 nor 1 as a flag', at)
  return flag === 1
}
