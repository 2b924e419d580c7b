import type { CommandSpec } from './spec.js'

export const DEV: CommandSpec = {
  name: 'dev',
  summary: 'keep a broker, a registry and a proplet running on this machine',
  arguments: [],
  options: [
    {
      name: 'port',
      value: 'PORT',
      meaning: 'the port of the broker (1883, or a free one where that is taken)',
    },
    {
      name: 'image',
      value: 'REF=FILE',
      many: true,
      meaning: 'a file that the registry serves as the image REF',
      completes: 'file',
    },
  ],
  settings: 'proplet',
  notes: [
    'The broker listens on the loopback only, with a key that is made anew each time. It is written to ' +
      '~/.local/state/proplet/dev.toml, where the other commands find it: they need no configuration. All of it ends ' +
      'with Ctrl-C.',
    'The PROPLET_… variables that are set hold for the proplet, but for who it is and which broker it uses; config.toml ' +
      'is not read.',
  ],
  examples: [
    ['proplet dev', 'then, in another terminal: proplet submit add.wasm 10 20 --name add --wait'],
    ['proplet dev --image demo/add:v1=add.wasm', 'then: proplet submit demo/add:v1 10 20 --name add --wait'],
    ["proplet dev --http-enabled true --network '*'", 'with settings of the proplet'],
  ],
  exits: [
    ['0', 'ended by a signal'],
    ['1', 'fatal error'],
    ['64', 'wrong command line'],
    ['66', 'a file can not be read'],
    ['69', 'the port is taken'],
    ['78', 'wrong configuration'],
  ],
}
