import * as E from 'fp-ts/lib/Either.js'
import { loadConfig, type LoadOptions } from '../../../src/io/config/load.js'
import { settingEntries } from '../../../src/io/config/settings/settings.js'
import type { Random } from '../../support/random.js'
import { causeOf, textOf, utf8, type Target } from '../target.js'

/** An input is the environment, one `KEY=VALUE` per line, then this line, then the file. */
const RULE = '\n---\n'
const SECRET = 'hunter2-is-secret'

const IDENTITY = `domain_id = "d"\nchannel_id = "c"\nclient_id = "i"\nclient_key = "${SECRET}"\n`
const WHOLE = `[manager]\n${IDENTITY}\n[proplet]\n${IDENTITY}`
const VALUES = [
  '10s',
  '1m0s',
  '500ms',
  '0',
  '-1',
  '1e3',
  '64MiB',
  'true',
  'false',
  'maybe',
  '65536',
  'none',
  '::1',
  'tcp://h:1',
  'ssl://[::1]:8883',
  'wss://u:p@h/p',
  'h',
  '/tmp:/x',
  '*',
  '*.example.org:443',
  'a,b,,c',
  '9999999999999999999999',
  '0x10',
  '1.5',
  'process',
  'debug',
] as const

const variables = settingEntries.map(([key]) => `PROPLET_${key.toUpperCase()}`)

const toml = (random: Random, depth = 0): string => {
  const inner = () => toml(random, depth + 1)
  switch (random.below(depth > 3 ? 5 : 8)) {
    case 0:
      return JSON.stringify(random.pick(VALUES))
    case 1:
      return random.pick(["'a'", '"""\na"""', "'''a'''", '"\\u0041"', '"\\UFFFFFFFF"'])
    case 2:
      return random.pick(['1', '-0', '0x1f', '0b1', '1_000', '9223372036854775808', '1e400', 'inf', 'nan'])
    case 3:
      return random.pick(['true', 'false', '1979-05-27T07:32:00Z', '1979-05-27', '07:32:00'])
    case 4:
      return random.pick(['', '[', '{', '"', '#'])
    case 5:
    case 6:
      return `[${Array.from({ length: random.small(6) }, inner).join(', ')}]`
    default:
      return `{${Array.from({ length: random.small(4) }, () => `${random.pick(['a', 'b.c'])} = ${inner()}`).join(', ')}}`
  }
}

const made = (random: Random): Uint8Array => {
  const environment = Array.from(
    { length: random.small(10) },
    () => `${random.pick(variables)}=${random.pick(VALUES)}`,
  )
  const keys = Array.from(
    { length: random.small(10) },
    () => `${random.pick(settingEntries)[0]} = ${toml(random)}`,
  )
  const header = random.once(5) ? random.pick(['[proplet]', '[[proplet]]', '[a.b]', '[proplet.x]']) : ''
  return utf8([...environment, '---', WHOLE, header, ...keys].join('\n'))
}

const environmentOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split('\n').map((line) => {
      const at = line.indexOf('=')
      return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
    }),
  )

const hostOf = (file: string): Partial<LoadOptions> => ({
  files: {
    read: () => file,
    isReadable: () => true,
    isExecutable: () => false,
    isDirectory: () => true,
    realPath: (path) => path,
  },
  detectTee: () => ({ guest: undefined, hostSigns: [], notes: [] }),
  findSandbox: () => E.left('there is none'),
  cores: 4,
  tempDirectory: '/tmp',
})

/** Whether the secret occurs only as the value of its key. */
const isSecretAt = (input: Uint8Array): boolean => {
  const text = textOf(input)
  return (
    !/"""|'''/.test(text) &&
    text.split('\n').every((line) => !line.includes(SECRET) || line === `client_key = "${SECRET}"`)
  )
}

export const configuration: Target = {
  name: 'configuration',
  share: 61,
  maxBytes: 20_000,
  words: [
    '[proplet]',
    '[[',
    ']]',
    ' = ',
    '"""',
    "'''",
    '\n',
    '#',
    '{',
    '}',
    '.',
    '1979-05-27',
    RULE,
    ...VALUES,
  ],
  seeds: () => [
    utf8(`PROPLET_LOG_LEVEL=debug${RULE}${WHOLE}`),
    utf8(`PROPLET_NETWORK=*${RULE}${WHOLE}tags = ["a", "b"]\nqueue_max = 0x10\nhttp_enabled = true`),
    ...VALUES.map((value) => utf8(`PROPLET_MQTT_ADDRESS=${value}\nPROPLET_DIRS=${value}${RULE}${WHOLE}`)),
    ...variables.map((variable) => utf8(`${variable}=1${RULE}${WHOLE}`)),
  ],
  make: made,
  open: () =>
    Promise.resolve({
      run: (input) => {
        const [environment = '', ...rest] = textOf(input).split(RULE)
        const loaded = loadConfig({ env: environmentOf(environment) }, hostOf(rest.join(RULE)))
        const said = E.isLeft(loaded)
          ? [...loaded.left.problems, ...loaded.left.warnings]
          : [...loaded.right.warnings, ...loaded.right.settings.map(({ value }) => value)]
        if (isSecretAt(input) && said.some((text) => text.includes(SECRET)))
          throw new Error('it tells a secret')
        return E.isLeft(loaded) ? causeOf(loaded.left.problems.join(' | ')) : 'accepted'
      },
    }),
}
