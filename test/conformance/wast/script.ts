import * as t from 'io-ts'

/** A script as `wasm-tools json-from-wast` writes it. */
export type Value = { readonly type: string; readonly value: unknown }

const value: t.Type<Value> = t.type({ type: t.string, value: t.unknown })
const invoke = t.type({ type: t.literal('invoke'), field: t.string, args: t.array(value) })
const line = { line: t.number }
const binary = { filename: t.string, module_type: t.union([t.literal('binary'), t.literal('text')]) }

const command = t.union([
  t.type({ ...line, ...binary, type: t.literal('module') }),
  t.intersection([
    t.type({ ...line, ...binary, type: t.literal('module_definition') }),
    t.partial({ name: t.string }),
  ]),
  t.intersection([
    t.type({ ...line, type: t.literal('module_instance') }),
    t.partial({ instance: t.string, module: t.string }),
  ]),
  t.type({ ...line, type: t.literal('action'), action: invoke }),
  t.type({ ...line, type: t.literal('assert_return'), action: invoke, expected: t.array(value) }),
  t.type({ ...line, type: t.literal('assert_trap'), action: invoke, text: t.string }),
  t.type({ ...line, ...binary, type: t.literal('assert_invalid'), text: t.string }),
  t.type({ ...line, ...binary, type: t.literal('assert_malformed'), text: t.string }),
  t.type({ ...line, ...binary, type: t.literal('assert_unlinkable'), text: t.string }),
  t.type({ ...line, ...binary, type: t.literal('assert_uninstantiable'), text: t.string }),
])

export type Command = t.TypeOf<typeof command>
export const script = t.type({ source_filename: t.string, commands: t.array(command) })
export type Script = t.TypeOf<typeof script>

/** Malformed text never reaches the runtime: the converter refuses it. */
export const isForRuntime = (command: Command): boolean =>
  !('module_type' in command) || command.module_type === 'binary'
