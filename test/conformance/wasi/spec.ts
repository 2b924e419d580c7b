import * as t from 'io-ts'

/** The specification file of a test program: how to run it, and what to expect. */
const headers = t.record(t.string, t.string)
const response = t.intersection([
  t.type({ status: t.number }),
  t.partial({ headers, body: t.string, chunks: t.array(t.string), trailers: headers }),
])
const endpoint = t.intersection([
  t.type({ method: t.string, path: t.string }),
  t.partial({ mode: t.union([t.literal('echo-headers'), t.literal('echo-body')]), response }),
])
const server = t.intersection([
  t.type({ name: t.string }),
  /** `closed`: nothing listens on its port. */
  t.partial({ kind: t.literal('closed'), endpoints: t.array(endpoint) }),
])

const operation = t.union([
  t.intersection([
    t.type({ type: t.literal('run') }),
    t.partial({ args: t.array(t.string), env: headers, dirs: t.array(t.string) }),
  ]),
  t.type({ type: t.literal('write'), id: t.literal('stdin'), payload: t.string }),
  t.type({
    type: t.literal('read'),
    id: t.union([t.literal('stdout'), t.literal('stderr')]),
    payload: t.string,
  }),
  t.type({ type: t.literal('connect'), id: t.string, protocol_type: t.literal('tcp') }),
  t.type({ type: t.literal('send'), id: t.string, payload: t.string }),
  t.type({ type: t.literal('recv'), id: t.string, payload: t.string }),
  t.intersection([
    t.type({ type: t.literal('request'), method: t.string, path: t.string, response }),
    t.partial({ headers, body: t.string }),
  ]),
  t.type({ type: t.literal('kill'), signal: t.literal('SIGINT') }),
  t.intersection([t.type({ type: t.literal('wait') }), t.partial({ exit_code: t.number })]),
])

export const specification = t.partial({
  args: t.array(t.string),
  env: headers,
  dirs: t.array(t.string),
  /** The directory that the guest sees as `/`. */
  root: t.string,
  stdin: t.string,
  stdout: t.string,
  stderr: t.string,
  exit_code: t.number,
  operations: t.array(operation),
  proposals: t.array(t.string),
  world: t.string,
  servers: t.array(server),
})

export type Specification = t.TypeOf<typeof specification>
export type Operation = t.TypeOf<typeof operation>
export type OperationOf<T extends Operation['type']> = Extract<Operation, { type: T }>
export type Server = t.TypeOf<typeof server>
export type Endpoint = t.TypeOf<typeof endpoint>

/** Converts the older form, which has no operations. */
export function operationsOf(spec: Specification): readonly Operation[] {
  if (spec.operations !== undefined) return spec.operations
  const { args = [], env = {}, dirs = [], stdin, stdout, stderr, exit_code = 0 } = spec
  return [
    { type: 'run', args, env, dirs },
    ...(stdin === undefined ? [] : [{ type: 'write' as const, id: 'stdin' as const, payload: stdin }]),
    ...(stdout === undefined ? [] : [{ type: 'read' as const, id: 'stdout' as const, payload: stdout }]),
    ...(stderr === undefined ? [] : [{ type: 'read' as const, id: 'stderr' as const, payload: stderr }]),
    { type: 'wait', exit_code },
  ]
}
