import type { OptionSpec } from './spec.js'

export const PROPLET: OptionSpec = {
  name: 'proplet',
  value: 'ID',
  meaning: 'the proplet to address; by default every proplet of the channel',
}
export const INPUT: OptionSpec = {
  name: 'input',
  value: 'VALUE',
  many: true,
  meaning: 'an input, like an argument; for inputs that begin with a dash',
}
export const ENV: OptionSpec = {
  name: 'env',
  value: 'K[=V]',
  many: true,
  meaning: 'a variable for the guest; without =V, its value is inherited',
}
export const TIMEOUT: OptionSpec = {
  name: 'timeout',
  value: 'TIME',
  meaning: 'how long to wait for the answer: 10s, 1m30s, 500ms, or a number of seconds',
}
export const JSON_OUTPUT: OptionSpec = { name: 'json', meaning: 'print JSON' }

export const CLIENT_NOTES = [
  'Broker and identity are configured like the daemon: flags, variables, config.toml (its ' +
    'section [proplet], or [manager] if that is missing). If none of them is set, a running `proplet dev` of the same ' +
    'user is used. The client has its own MQTT client ID, so no daemon loses its session.',
]

export const CLIENT_EXITS = [
  ['64', 'wrong command line'],
  ['69', 'no connection to the broker'],
  ['75', 'no answer in time'],
  ['78', 'wrong configuration'],
  ['130, 143', 'ended by a signal'],
] as const
