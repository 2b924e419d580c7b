import { HELP, type CommandSpec, type OptionSpec } from './spec.js'

export const MODES = {
  help: HELP,
  version: { name: 'version', meaning: 'show the versions of proplet and Node.js' },
  printConfig: {
    name: 'print-config',
    meaning: 'show every setting, its value and where it comes from, and exit',
  },
  checkConfig: { name: 'check-config', meaning: 'check the configuration, and exit' },
} as const satisfies Readonly<Record<string, OptionSpec>>

const EXITS = [
  ['0', 'done'],
  ['1', 'fatal error'],
  ['64', 'wrong command line'],
  ['78', 'wrong configuration'],
] as const

/** The daemon, which runs if no command is given. */
export const RUN: CommandSpec = {
  name: 'run',
  summary: 'run the daemon, the default command',
  arguments: [],
  options: [MODES.printConfig, MODES.checkConfig],
  settings: 'all',
  examples: [
    ['proplet run', 'with the current variables and config.toml'],
    ['proplet --config /etc/proplet.toml --section proplet2', 'another file, another section'],
  ],
  exits: EXITS,
}

const VIEW = { arguments: [], options: [], settings: 'all' } as const

export const PRINT_CONFIG: CommandSpec = {
  ...VIEW,
  name: 'print-config',
  summary: 'show every setting, its value and where it comes from',
  examples: [['proplet print-config | grep mqtt', 'settings of the broker; secrets are masked']],
  exits: EXITS,
}

export const CHECK_CONFIG: CommandSpec = {
  ...VIEW,
  name: 'check-config',
  summary: 'check the configuration',
  examples: [
    ['proplet check-config --config new.toml && systemctl restart proplet', 'check before restarting'],
  ],
  exits: EXITS,
}

export const VERSION: CommandSpec = {
  name: 'version',
  summary: 'show the versions of proplet and Node.js',
  arguments: [],
  options: [],
  settings: 'none',
  examples: [['proplet version', '']],
  exits: [],
}
