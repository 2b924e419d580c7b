import type { OptionSpec } from './spec.js'

export const PROPLET: OptionSpec = {
  name: 'proplet',
  value: 'ID',
  meaning: 'the proplet that is meant; without it every proplet of the channel is',
}
export const INPUT: OptionSpec = {
  name: 'input',
  value: 'VALUE',
  many: true,
  meaning: 'an input, as the arguments are: for one that begins with a dash',
}
export const ENV: OptionSpec = {
  name: 'env',
  value: 'K[=V]',
  many: true,
  meaning: 'a variable of the guest; without =V, with the value it has here',
}
export const TIMEOUT: OptionSpec = {
  name: 'timeout',
  value: 'TIME',
  meaning: 'how long to wait for the answer: 10s, 1m30s, 500ms, or a number of seconds',
}
export const JSON_OUTPUT: OptionSpec = { name: 'json', meaning: 'print JSON, for programs' }

export const CLIENT_NOTES = [
  'The broker and the identity are the settings of the daemon, by its names: flags, variables, config.toml (its ' +
    'section [proplet], or [manager] where there is none). Where none of them is set, a `proplet dev` of the same ' +
    'user on this machine is meant. The MQTT client id is one of its own, so no daemon loses its session.',
]

export const CLIENT_EXITS = [
  ['64', 'wrong command line'],
  ['69', 'no connection to the broker'],
  ['75', 'no answer in time'],
  ['78', 'wrong configuration'],
  ['130, 143', 'ended by a signal'],
] as const
