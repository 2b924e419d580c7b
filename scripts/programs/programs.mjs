import { join } from 'node:path'
import { inRoot } from '../bundle.mjs'

const fixture = (name) => inRoot(`test/fixtures/built/${name}.wasm`)
const program = (name) => fixture(`programs/${name}`)
/** The name of a task that runs the command of a component that serves HTTP as well. */
const COMMAND = 'wasi:cli/run#run'
const SOURCE = 'export const add = (a: number, b: number): number => a + b\nconsole.log(add(1, 2))\n'
const TEXT = 'the quick brown fox\njumps over the lazy dog\n'

/**
 * The programs of test/fixtures, and esbuild. `env`, `dir` and `flags` are for both runtimes; `input` is standard input, which tasks
 * do not have: one that needs it has no warm time.
 */
export const programCases = (tools) => [
  ['Go, arguments', program('go'), { args: ['args', 'x'], env: { GREETING: 'hello' } }],
  ['Go, goroutines', program('go'), { args: ['goroutines'] }],
  ['Go, files', program('go'), { args: ['files', '/data'], dir: true }],
  ['Go, standard input', program('go'), { args: ['stdin'], input: TEXT }],
  ['Go, standard input and timers', program('go'), { args: ['stdin-poll'], input: TEXT }],
  ['Go, exit code', program('go'), { args: ['exit', '7'] }],
  ['Go, panic', program('go'), { args: ['panic'] }],
  ...['p1', 'p2'].flatMap((kind) => {
    const label = kind === 'p1' ? 'Rust, preview 1' : 'Rust, 0.2'
    const path = program(`rust-${kind}`)
    return [
      [`${label}, arguments`, path, { args: ['args', 'x'], env: { GREETING: 'hello' } }],
      [`${label}, files`, path, { args: ['files', '/data'], dir: true }],
      [`${label}, lines of standard input`, path, { args: ['lines'], input: TEXT }],
      [`${label}, words`, path, { args: ['words'], input: TEXT }],
      [`${label}, sleep`, path, { args: ['sleep'] }],
      [`${label}, exit code`, path, { args: ['exit', '7'] }],
      [`${label}, panic`, path, { args: ['panic'] }],
    ]
  }),
  ['Rust, 0.2, TCP without a network', program('rust-p2'), { args: ['tcp', '127.0.0.1:9'] }],
  [
    'Rust, 0.2, TCP, refused',
    program('rust-p2'),
    { args: ['tcp', '127.0.0.1:1'], flags: ['-Sinherit-network'] },
  ],
  ['Rust, 0.2, UDP', program('rust-p2'), { args: ['udp'], flags: ['-Sinherit-network'] }],
  [
    'Rust, 0.2, look-up',
    program('rust-p2'),
    { args: ['lookup', 'localhost'], flags: ['-Sallow-ip-name-lookup'] },
  ],
  ['C, files', fixture('files'), { args: ['write', '/data/f', 'text', 'list', '/data'], dir: true }],
  ['C, standard input', fixture('stdin'), { args: ['cat'], input: TEXT }],
  ['C, 0.2, standard input', fixture('components/stdin'), { args: ['cat'], input: TEXT }],
  ['C, exit code', fixture('exit'), { args: ['3'] }],
  ['AssemblyScript', program('assemblyscript'), { args: ['100000'] }],
  ['AssemblyScript, exit code', program('assemblyscript'), { args: ['-1'] }],
  [
    'AssemblyScript, exception',
    program('assemblyscript'),
    {
      args: ['1'],
      note: 'wasmtime takes statuses of preview 1 up to 125 and ends with 1 for others; `proplet-exec` passes on what the program gave',
    },
  ],
  ['componentize-js', program('javascript'), { flags: ['-Shttp'] }],
  ['componentize-py', program('python'), { args: ['a', 'b'], flags: ['-Shttp'], task: COMMAND }],
  [
    'componentize-py, standard input',
    program('python'),
    { args: ['a', 'b'], input: TEXT, flags: ['-Shttp'] },
  ],
  ['componentize-py, exception', program('python'), { args: ['raise'], flags: ['-Shttp'], task: COMMAND }],
  [
    'esbuild, of standard input',
    join(tools, 'bin/esbuild.wasm'),
    { args: ['--loader=ts', '--minify'], input: SOURCE },
  ],
  ['esbuild, version', join(tools, 'bin/esbuild.wasm'), { args: ['--version'] }],
]
