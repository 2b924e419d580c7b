import { createDecoder } from '../../../src/io/codecs/decoder.js'
import { isWhole } from '../../support/whole.js'
import type { Random } from '../../support/random.js'
import { causeOf, utf8, type Target } from '../target.js'

const SUBTOPICS = [
  'control/manager/start',
  'control/manager/stop',
  'control/manager/invoke',
  'registry/server',
] as const

const START = {
  id: 't1',
  name: 'add',
  state: 0,
  image_url: 'registry.example/a:1',
  file: 'AGFzbQ==',
  inputs: [1, '2', 18446744073709551615n],
  cli_args: ['a'],
  env: { A: '1' },
  broadcast: true,
  proplet_id: 'p',
  daemon: false,
  latent: false,
  encrypted: false,
  kbs_resource_path: 'k',
  monitoring_profile: { enabled: true, interval: 5, collect_cpu: false, history_size: 10 },
}
/** A valid message for each topic. */
const SEEDS: readonly object[] = [
  START,
  { id: 't1', broadcast: false, proplet_id: 'p' },
  { id: 't1', invocation_id: 'i', inputs: [1.5], env: {} },
  { app_name: 'a', chunk_idx: 0, total_chunks: 1, data: 'AA==' },
]
const KEYS = [
  ...new Set(SEEDS.flatMap((seed) => Object.keys(seed))),
  'interval',
  'enabled',
  'history_size',
  '__proto__',
  'constructor',
]

const json = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item))

const value = (random: Random, depth: number): string => {
  switch (random.below(depth > 4 ? 7 : 9)) {
    case 0:
      return random.pick(['null', 'true', 'false'])
    case 1:
      return random.pick(['0', '-1', '1e400', '1e-7', '9007199254740993', '0.1', `${random.u32()}`])
    case 2:
      return JSON.stringify(random.pick(['', 'a', 'AA==', 'A'.repeat(random.small(3000)), 'a\u0000b']))
    case 3:
      return '"\\ud800"'
    case 4:
      return random.pick(['"\\u0041"', '"\\"', '"\\\\\\""'])
    case 5:
    case 6:
      return JSON.stringify(random.pick(KEYS))
    case 7:
      return `[${Array.from({ length: random.small(20) }, () => value(random, depth + 1)).join(',')}]`
    default:
      return object(random, depth + 1)
  }
}

const object = (random: Random, depth: number): string => {
  const entries = Array.from(
    { length: random.small(12) },
    () => `${JSON.stringify(random.pick(KEYS))}:${value(random, depth)}`,
  )
  return `{${entries.join(',')}}`
}

/** The valid message for a topic, with some values changed. */
const message = (random: Random, topic: number): readonly number[] => {
  const entries = Object.entries(SEEDS[topic] ?? {}).map(
    ([key, item]) => `${JSON.stringify(key)}:${random.once(12) ? value(random, 0) : json(item)}`,
  )
  return [topic, ...utf8(`{${entries.join(',')}}`)]
}

/** The first byte of an input selects the topic. */
export const codecs: Target = {
  name: 'codecs',
  share: 200,
  maxBytes: 300_000,
  words: [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    'null',
    '1e999',
    '\\u0000',
    ...KEYS.map((key) => `"${key}":`),
  ],
  seeds: () => SEEDS.map((seed, topic) => Uint8Array.from([topic, ...utf8(json(seed))])),
  heavy: () => {
    const of = (topic: number, text: string) => Buffer.concat([Uint8Array.of(topic), Buffer.from(text)])
    const objects = `{"id":"a","x":[${Array.from({ length: 3_460_000 }, () => '{}').join(',')}]}`
    const numbers = `[0${',0'.repeat(500_000)}]`
    const binary = 'A'.repeat(10_400_000)
    return [
      of(0, objects),
      of(1, objects),
      of(2, objects),
      of(3, objects),
      of(0, `{"id":"a","name":"b","file":"AA==","inputs":${numbers}}`),
      of(2, `{"id":"a","inputs":${numbers}}`),
      of(0, `{"id":"a","name":"b","file":"${binary}"}`),
      of(3, `{"app_name":"a","chunk_idx":0,"total_chunks":1,"data":"${binary}"}`),
      of(0, `{"id":"a","name":"b","file":"AA==","env":{"A":"${'\\\\n'.repeat(2_000_000)}"}}`),
      of(0, ' '.repeat(10_400_000)),
    ]
  },
  make: (random) =>
    Uint8Array.from([
      ...(random.once(3)
        ? [random.below(SUBTOPICS.length), ...utf8(object(random, 0))]
        : message(random, random.below(SEEDS.length))),
    ]),
  open: () => {
    const { decode: decoder } = createDecoder()
    return Promise.resolve({
      run: (input) => {
        const subtopic = SUBTOPICS[(input[0] ?? 0) % SUBTOPICS.length] ?? SUBTOPICS[0]
        const decoded = decoder({ subtopic, payload: input.subarray(1) })
        if (!isWhole(decoded)) throw new Error(`not whole: ${decoded.type}`)
        return decoded.type === 'rejected' ? causeOf(decoded.reason) : 'accepted'
      },
    })
  },
}
