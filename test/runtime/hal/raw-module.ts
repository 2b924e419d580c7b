import wabt from 'wabt'

/** Parameters by interface and name: `i` is an i32, `l` an i64. All functions return an i32. */
const FUNCTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  platform: { attestation: 'iiii', 'platform-info': 'ii' },
  capabilities: { 'list-capabilities': 'ii', 'has-capability': 'ii' },
  crypto: {
    hash: 'iiiiii',
    encrypt: 'iiiiiiii',
    decrypt: 'iiiiiiii',
    'generate-keypair': 'ii',
    sign: 'iiiiii',
    verify: 'iiiiii',
  },
  storage: {
    'create-container': 'iii',
    'open-container': 'iii',
    'delete-container': 'l',
    'store-object': 'liiiii',
    'retrieve-object': 'liiii',
    'delete-object': 'lii',
    'list-objects': 'lii',
    'get-metadata': 'liiii',
  },
  sockets: {
    'create-socket': 'i',
    bind: 'liiii',
    connect: 'liiii',
    listen: 'li',
    accept: 'l',
    send: 'lii',
    receive: 'liii',
  },
  gpu: {
    'list-adapters': 'ii',
    'get-adapter-info': 'lii',
    'create-device': 'l',
    'create-buffer': 'lili',
    'write-buffer': 'llii',
    'read-buffer': 'lllii',
    'create-compute-pipeline': 'lii',
    dispatch: 'lliii',
  },
  resources: { allocate: 'iliiii', deallocate: 'ii', 'query-available': 'ii' },
  events: { subscribe: 'ii', unsubscribe: 'l', 'poll-events': 'lii' },
  communication: { 'send-message': 'iiiiii', 'receive-message': 'ii', 'list-workloads': 'ii' },
  clock: { 'system-time': 'ii', 'monotonic-time': 'ii', resolution: 'i' },
  random: {
    'get-random-bytes': 'iii',
    'get-secure-random': 'iii',
    'get-entropy-info': 'ii',
    reseed: 'ii',
  },
}
export const ALL = Object.entries(FUNCTIONS).flatMap(([from, members]) =>
  Object.entries(members).map(([name, parameters]) => ({ from, name, parameters })),
)
/** Functions that accept any number. */
const WITHOUT_ERRORS = [
  { from: 'clock', name: 'sleep', parameters: 'l' },
  { from: 'sockets', name: 'close', parameters: 'l' },
]
const types = (parameters: string) =>
  Array.from(parameters, (kind) => (kind === 'l' ? 'i64' : 'i32')).join(' ')
const importOf = ({ from, name, parameters }: (typeof ALL)[number]) =>
  `(import "elastic:tee-hal/${from}" "${name}" (func $${from}.${name} (param ${types(parameters)}) (result i32)))`

/** A module that imports all functions, as `$interface.name`, and has one page of memory. */
export const moduleOf = async (body: string): Promise<Uint8Array> => {
  const tools = await wabt()
  const parsed = tools.parseWat(
    'hal.wat',
    `(module ${[...ALL, ...WITHOUT_ERRORS].map(importOf).join('\n')} (memory (export "memory") 1) ${body})`,
  )
  return parsed.toBinary({}).buffer
}
