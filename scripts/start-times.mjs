// Measures how long proplet-exec and wasmtime take for small files, compilation included, and writes the table of docs/conformance.md.
//
//   node scripts/start-times.mjs DIR      (DIR: a folder that test/fixtures/toolchains.sh made; needs time(1) of GNU)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inRoot } from './bundle.mjs'
import { writeTable } from './conformance-page.mjs'
import { EXEC, withOwnNode } from './exec-command.mjs'

const [tools] = process.argv.slice(2)
if (tools === undefined) {
  console.error('usage: node scripts/start-times.mjs DIR')
  process.exit(64)
}
const ROUNDS = 9
const work = mkdtempSync(join(tmpdir(), 'start-times-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const wasmtime = join(resolve(tools), 'bin/wasmtime')
const fixture = (name) => inRoot(`test/fixtures/built/${name}.wasm`)
const cases = [
  ['C, preview 1 (exit)', fixture('exit'), '3'],
  ['C, 0.2 (hello)', fixture('components/hello')],
  ['Rust, preview 1', fixture('programs/rust-p1'), 'args', 'x'],
  ['Rust, 0.2', fixture('programs/rust-p2'), 'args', 'x'],
]
const ways = (file, args) => [
  [EXEC, file, ...args],
  [wasmtime, 'run', '-C', 'cache=n', file, ...args],
  [process.execPath, '-e', '0'],
]

const once = (command) => {
  const report = join(work, 'time')
  const startedAt = performance.now()
  spawnSync('/usr/bin/time', ['-f', '%U %S', '-o', report, ...command], { env: withOwnNode })
  const ms = performance.now() - startedAt
  const parts = readFileSync(report, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  return { ms, cpuMs: parts.reduce((sum, each) => sum + each * 1000, 0) }
}
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]

/** In turns, so that what else the machine does meets all of them. */
const rows = cases.map(([label, file, ...args]) => {
  const runs = ways(file, args).map(() => [])
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, command] of ways(file, args).entries()) runs[index].push(once(command))
  const times = runs.map((each) => ({
    ms: median(each.map(({ ms }) => ms)),
    cpuMs: median(each.map(({ cpuMs }) => cpuMs)),
  }))
  const cell = ({ ms, cpuMs }) => `${ms.toFixed(0)} ms (${cpuMs.toFixed(0)})`
  const [ours, theirs] = times
  const ratio = `${(ours.ms / theirs.ms).toFixed(1)} × (${(ours.cpuMs / theirs.cpuMs).toFixed(1)} ×)`
  console.log(label, ...times.map(cell), ratio)
  return [label, ...times.map(cell), ratio]
})

const head = ['file', 'proplet-exec', 'wasmtime run, no cache', 'Node.js alone', 'ratio']
const texts = [
  `Cold start of small files, in turns, medians of ${ROUNDS} runs, processor time in brackets: \`proplet-exec\` on Node.js ${process.versions.node},`,
  `\`wasmtime run -C cache=n\`, and Node.js that does nothing, below which \`proplet-exec\` cannot come. Load of the machine: ${loadavg()[0].toFixed(0)} on 2 cores.`,
  '`node scripts/start-times.mjs DIR` makes this table.',
]
writeTable('start', texts, head, rows)
