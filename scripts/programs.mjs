// Runs programs of others' compilers with proplet-exec and with wasmtime, and writes the tables of docs/conformance.md.
//
//   bash test/fixtures/toolchains.sh DIR
//   npm run programs -- DIR             programs in test/fixtures, and esbuild
//   npm run programs -- DIR packages    published packages of others
//
// With the newest Node.js; needs time(1) of GNU for the memory. Ends with status 1 where standard output or the exit status, of the
// command or of the task, is not wasmtime's.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { writeTable } from './conformance-page.mjs'
import { EXEC } from './exec-command.mjs'
import { Data } from './programs/data.mjs'
import { packageCases } from './programs/packages.mjs'
import { programCases } from './programs/programs.mjs'
import { run } from './programs/run.mjs'
import { runWarm } from './programs/warm.mjs'

const [given, which = 'programs'] = process.argv.slice(2)
const ofPackages = which === 'packages'
if (given === undefined) {
  console.error(
    'usage: npm run programs -- DIR [packages]; DIR: a folder that test/fixtures/toolchains.sh made',
  )
  process.exit(64)
}
const [loadAtStart] = loadavg()
const tools = resolve(given)
const wasmtime = join(tools, 'bin/wasmtime')
const work = mkdtempSync(join(tmpdir(), 'programs-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

/** Some take minutes with the other one. */
const COMPILER = ofPackages ? ['-C', 'compiler=winch'] : []
const data = new Data(join(work, 'data'))
const runs = ofPackages ? 1 : 3
const measuring = { data, runs, report: join(work, 'time') }
const compileMs = new Map()

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
  if (!existsSync(compiled)) {
    spawnSync(wasmtime, ['compile', ...COMPILER, '-o', compiled, file], { stdio: 'inherit' })
    compileMs.set(path, performance.now() - startedAt)
  }
  return { file, compiled }
}

/** As host path and guest path. Programs that need a directory for temporary files have the same one. */
const mountsOf = ({ dir = false, mounts = [] }) =>
  dir ? [[data.path, '/data'], ...(ofPackages ? [[data.path, '/tmp']] : []), ...mounts] : mounts

const flagsOf = ({ env = {}, flags = [], ...options }) => [
  ...flags,
  ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ...mountsOf(options).flatMap(([host, guest]) => ['--dir', `${host}::${guest}`]),
]

const differenceOf = (ours, theirs) => {
  if (ours.stdout !== theirs.stdout) return 'output differs'
  if (ours.status !== theirs.status) return 'exit code differs'
  return ours.files === theirs.files ? undefined : 'files differ'
}

const seconds = (ms) => {
  if (ms === undefined) return ''
  return ms < 100 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`
}
/** With the processor time, which other work on the machine does not make longer. */
const elapsed = ({ ms, cpuMs }) => `${seconds(ms)} (${(cpuMs / 1000).toFixed(2)})`
const size = (megabytes) => (megabytes === undefined ? '' : `${Math.round(megabytes)} MB`)

let isSame = true
async function measure([label, path, options]) {
  const { file, compiled } = prepare(path)
  const { args = [], input, note } = options
  const call = (program) => [...flagsOf(options), '--argv0', '_start', program, ...args]
  const ours = run([EXEC, ...call(file)], options, measuring)
  const theirs = run(
    [wasmtime, 'run', ...COMPILER, '--allow-precompiled', ...call(compiled)],
    options,
    measuring,
  )
  const dirs = mountsOf(options)
  const warm = input === undefined ? await runWarm(file, options, { data, dirs, runs }) : undefined
  const asTask = warm && differenceOf(warm, ours)
  const differs = differenceOf(ours, theirs) ?? (asTask && `as a task: ${asTask}`)
  isSame &&= differs === undefined || note !== undefined
  const ended = differs === undefined ? 'same' : `**${differs}**${note === undefined ? '' : `: ${note}`}`
  console.log(label, ended, seconds(ours.ms), seconds(warm?.ms), seconds(theirs.ms))
  const row = [
    ...[label, ended, String(ours.status), elapsed(ours), size(ours.megabytes)],
    ...[seconds(warm?.ms), size(warm?.megabytes)],
    ...[elapsed(theirs), size(theirs.megabytes), seconds(compileMs.get(path))],
  ]
  compileMs.delete(path)
  return row
}

const cases = ofPackages ? packageCases(tools, work) : programCases(tools)
const rows = []
for (const each of cases) rows.push(await measure(each))

const { stdout: version } = spawnSync(wasmtime, ['--version'], { encoding: 'utf8' })
const runtimes = `\`proplet-exec\` (Node.js ${process.versions.node}) and by ${version.trim().split(' ').slice(0, 2).join(' ')}`
const counts = `${rows.filter(([, ended]) => ended === 'same').length} of ${rows.length}`
const load = `The load of the machine (2 cores) was ${loadAtStart.toFixed(1)} at the start and ${loadavg()[0].toFixed(1)} at the end: compare within a line.`
const columns = [
  '*Cold*: `proplet-exec`, which compiles the binary. *Warm*: its second run in a runtime that is up, as tasks of a daemon are; tasks',
  'have no standard input. *wasmtime*: with the binary compiled before, which took the time of the last column. *Memory*: of the largest process.',
]
const texts = {
  programs: [
    `Each program was run by ${runtimes}; ${counts} give the same standard output and exit code. Times are`,
    `medians of ${runs} runs (what takes 10 s is run once), with the start of all processes, and the processor time in brackets.`,
    ...columns,
    load,
    'Sources and the script that builds them are in `test/fixtures`; esbuild is `github.com/evanw/esbuild`, compiled by Go.',
    'componentize-py has an HTTP handler as well: `wasi:cli/run#run` is the name of its task. `npm run programs -- DIR` makes this table.',
  ],
  packages: [
    'Programs that others have published, as they are in their packages, or compiled by Go from their modules, at work on files: run by',
    `${runtimes}. ${counts} give the same standard output, exit code and files.`,
    "Times of one run each, processor time in brackets; wasmtime's baseline compiler (Winch) had compiled them.",
    ...columns,
    load,
    '`npm run programs -- DIR packages` makes this table.',
    '',
    'Where the warm run takes more than twice the time of wasmtime, V8 still runs much of the code as its baseline compiler made it: it compiles',
    'functions again as they become hot. Plain Node.js (`node:wasi`, one module, a new instance each) takes as long: 1.2 s, 0.28 s and 0.15 s for',
    'the first three runs of the bundling by esbuild, and 0.08 to 0.15 s, which is the time of wasmtime, when it optimizes everything first',
    '(`--no-liftoff`: 9.2 s for the first run). `--wasm-tiering-budget=100000` gives 0.14 s at the second run for 0.9 s more processor time in the first;',
    'as most tasks run once, V8 keeps its default. From about the sixth run on it takes 0.11 to 0.14 s.',
  ],
}
const HEAD = [
  ...['program', ofPackages ? 'stdout, exit code, files' : 'stdout and exit code', 'exit code'],
  ...['cold', 'its memory', 'warm', 'its memory', 'wasmtime', 'its memory', 'its compile'],
]
writeTable(which, texts[which], HEAD, rows)
process.exitCode = isSame ? 0 : 1
