import type { CommandSpec } from './spec.js'

export const DEV: CommandSpec = {
  name: 'dev',
  summary: 'run a broker, a registry and a proplet on this machine',
  arguments: [],
  options: [
    {
      name: 'port',
      value: 'PORT',
      meaning: 'the port of the broker (1883, or a free one if that is taken)',
    },
    {
      name: 'image',
      value: 'REF=FILE',
      many: true,
      meaning: 'serve a file as the image REF',
      completes: 'file',
    },
  ],
  settings: 'proplet',
  notes: [
    'The broker listens on the loopback interface only, with a new key each time. The key is written to ' +
      '~/.local/state/proplet/dev.toml, where the other commands find it, so they need no configuration. Ctrl-C ' +
      'ends all of it.',
    'PROPLET_… variables apply to the proplet, except for its identity and its broker. A config.toml ' +
      'is not read.',
  ],
  examples: [
    ['proplet dev', 'then, in another terminal: proplet submit add.wasm 10 20 --name add --wait'],
    ['proplet dev --image demo/add:v1=add.wasm', 'then: proplet submit demo/add:v1 10 20 --name add --wait'],
    ["proplet dev --http-enabled true --network '*'", 'with settings for the proplet'],
  ],
  exits: [
    ['0', 'ended by a signal'],
    ['1', 'fatal error'],
    ['64', 'wrong command line'],
    ['66', 'a file cannot be read'],
    ['69', 'the port is taken'],
    ['78', 'wrong configuration'],
  ],
}
