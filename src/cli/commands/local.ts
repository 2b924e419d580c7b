import { JSON_OUTPUT } from './shared.js'
import type { CommandSpec } from './spec.js'

export const INSPECT: CommandSpec = {
  name: 'inspect',
  summary: 'show what a module or component imports and exports',
  arguments: [{ name: 'FILE', completes: 'file' }],
  options: [JSON_OUTPUT],
  settings: 'none',
  notes: ['FILE may be -, for standard input.'],
  examples: [
    ['proplet inspect add.wasm', 'kind, size, digest, imports and exports with their types'],
    ['proplet inspect --json app.wasm | jq .exports', 'the same as JSON'],
  ],
  exits: [
    ['0', 'done'],
    ['64', 'wrong command line'],
    ['65', 'not a valid module'],
    ['66', 'the file cannot be read'],
  ],
}

/** Its command line is that of wasmtime, with a separate parser; this is for help and completion only. */
export const EXEC: CommandSpec = {
  name: 'exec',
  summary: 'run a file locally, without a broker, as wasmtime does',
  usage: ['exec [run] [options] FILE [ARGS…]', 'exec serve [--addr HOST:PORT] [options] FILE'],
  arguments: [
    { name: 'FILE', completes: 'file' },
    { name: 'ARGS', optional: true, many: true },
  ],
  options: [
    { name: 'invoke', value: 'NAME', meaning: "the export to call: NAME, or 'NAME(WAVE, …)' of a component" },
    {
      name: 'env',
      value: 'K[=V]',
      many: true,
      meaning: 'a variable; without =V, its value is inherited',
    },
    {
      name: 'dir',
      value: 'HOST[::GUEST]',
      many: true,
      meaning: 'a directory for the guest to use',
      completes: 'directory',
    },
    { name: 'addr', value: 'HOST:PORT', meaning: 'the address to serve on (with serve)' },
    { name: 'argv0', value: 'NAME', meaning: 'the name of the program, as its first argument' },
    {
      name: 'isolation',
      value: 'process',
      meaning: 'run the guest in a process of its own, also with proplet-exec',
    },
    { name: 'wasm', short: 'W', value: 'OPTION', many: true, meaning: 'max-memory-size=BYTES' },
  ],
  settings: 'none',
  notes: ['Options come before FILE; everything after it is for the guest.'],
  examples: [
    ['proplet exec --invoke add add.wasm 10 20', 'an export of a core module'],
    ['proplet exec --invoke \'greet("you")\' app.wasm', 'an export of a component, its arguments in WAVE'],
    ['proplet exec --dir data::/data tool.wasm /data/in', 'a program with a directory'],
    ['proplet exec serve --addr 127.0.0.1:8080 web.wasm', 'a component that serves HTTP'],
  ],
  exits: [
    ["the guest's", 'status of the guest'],
    ['1', 'any other failure'],
    ['64', 'wrong command line'],
    ['130, 143', 'ended by a signal'],
    ['134', 'trap'],
  ],
}
