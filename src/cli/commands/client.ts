import { CLIENT_EXITS, CLIENT_NOTES, ENV, INPUT, JSON_OUTPUT, PROPLET, TIMEOUT } from './shared.js'
import type { CommandSpec } from './spec.js'

const INPUTS = { name: 'INPUT', optional: true, many: true } as const

export const SUBMIT: CommandSpec = {
  name: 'submit',
  summary: 'send a task to a proplet',
  arguments: [{ name: 'FILE|IMAGE', completes: 'file' }, INPUTS],
  options: [
    { name: 'name', value: 'F', meaning: 'the export to call (_start, the program)' },
    INPUT,
    ENV,
    {
      name: 'cli-arg',
      value: 'ARG',
      many: true,
      meaning: 'an argument for an external runtime, or --port or --addr for a server',
    },
    { name: 'id', value: 'ID', meaning: 'the ID of the task (random by default)' },
    PROPLET,
    { name: 'daemon', meaning: 'run until it ends or is stopped; the result arrives at once' },
    { name: 'latent', meaning: 'keep the task ready for `proplet invoke`' },
    {
      name: 'wait',
      short: 'w',
      meaning: 'wait for the result, print it, and exit with 1 if the task failed',
    },
    { ...TIMEOUT, meaning: `with --wait, ${TIMEOUT.meaning} (no limit)` },
    JSON_OUTPUT,
  ],
  settings: 'channel',
  notes: [
    'A FILE is sent with the command and must fit into one MQTT packet; - is standard input. An IMAGE is a reference ' +
      'for the proplet to fetch, such as registry.example/add:v1. An argument counts as a FILE if it exists, ends in ' +
      '.wasm, or begins with a dot or a slash.',
    'Standard output has only the result, or without --wait the ID of the task. It also has what a failed task ' +
      'wrote; the reason of the failure is on standard error.',
    ...CLIENT_NOTES,
  ],
  examples: [
    ['proplet submit add.wasm 10 20 --name add --wait', 'run an export and print what it returns'],
    ['proplet submit registry.example/app:v1 --proplet edge-7 --env LEVEL=2', 'an image, on one proplet'],
    ['proplet submit web.wasm --id web --daemon && proplet stop web', 'start a daemon task, then stop it'],
    ['proplet submit add.wasm --name add --id sum --latent', 'a latent task; see proplet invoke'],
  ],
  exits: [
    ['0', 'the task was sent, or with --wait, completed'],
    ['1', 'the task failed'],
    ['65', 'the file is not WebAssembly, or is too large to send'],
    ['66', 'the file cannot be read'],
    ...CLIENT_EXITS,
  ],
}

export const STOP: CommandSpec = {
  name: 'stop',
  summary: 'stop a task',
  arguments: [{ name: 'ID' }],
  options: [
    PROPLET,
    { name: 'wait', short: 'w', meaning: 'wait until it has ended, and print what it wrote' },
    { ...TIMEOUT, meaning: `with --wait, ${TIMEOUT.meaning} (30s)` },
    JSON_OUTPUT,
  ],
  settings: 'channel',
  notes: ['A proplet that has no such task does not answer: --wait then exits with 75.', ...CLIENT_NOTES],
  examples: [
    ['proplet stop web', 'send the command'],
    ['proplet stop web --proplet edge-7 --wait', 'send it and wait until the task has ended'],
  ],
  exits: [['0', 'the command was sent, or with --wait, the task has ended'], ...CLIENT_EXITS],
}

export const INVOKE: CommandSpec = {
  name: 'invoke',
  summary: 'call a latent task, and print its result',
  arguments: [{ name: 'ID' }, INPUTS],
  options: [INPUT, ENV, PROPLET, { ...TIMEOUT, meaning: `${TIMEOUT.meaning} (30s)` }, JSON_OUTPUT],
  settings: 'channel',
  notes: CLIENT_NOTES,
  examples: [
    ['proplet invoke sum 20 22', 'needs: proplet submit add.wasm --name add --id sum --latent'],
    ['proplet invoke sum --input -1 --input 1 --timeout 5s', 'an input that begins with a dash'],
  ],
  exits: [['0', 'done'], ['1', 'the invocation failed'], ...CLIENT_EXITS],
}

export const WATCH: CommandSpec = {
  name: 'watch',
  summary: 'show proplets, their heartbeats and tasks, live',
  arguments: [],
  options: [{ name: 'json', meaning: 'print a JSON object for each message, for programs' }],
  settings: 'channel',
  notes: [
    'On a terminal this is a table; q or Ctrl-C quits. Otherwise it is one line for each event. It only listens, to ' +
      'everything on the channel, including binaries.',
    ...CLIENT_NOTES,
  ],
  examples: [
    ['proplet watch', 'the table'],
    ['proplet watch | grep failed', 'lines'],
    ['proplet watch --json | jq \'select(.type == "result")\'', 'JSON'],
  ],
  exits: [['0', 'ended by q or Ctrl-C'], ...CLIENT_EXITS.filter(([code]) => code !== '75')],
}
