// Runs the tests of Go's standard library, compiled for WASI, with proplet-exec and with wasmtime, and writes the table of
// docs/conformance.md.
//
//   node scripts/go-tests.mjs DIR [PACKAGE…]      (DIR: a folder that test/fixtures/toolchains.sh made; needs Go and its sources)
//
// Ends with status 1 if a test passes only with wasmtime.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writeTable } from './conformance-page.mjs'
import { EXEC, withOwnNode } from './exec-command.mjs'

const [tools, ...given] = process.argv.slice(2)
if (tools === undefined) {
  console.error('usage: node scripts/go-tests.mjs DIR [PACKAGE…]')
  process.exit(64)
}
/** Packages that use files, clocks, standard streams and processes, and then those that only compute and parse. */
const PACKAGES = [
  ...[
    'os',
    'io',
    'io/fs',
    'io/ioutil',
    'path/filepath',
    'os/exec',
    'syscall',
    'internal/poll',
    'time',
    'context',
  ],
  ...[
    'sync',
    'bufio',
    'bytes',
    'strings',
    'strconv',
    'sort',
    'errors',
    'fmt',
    'log',
    'log/slog',
    'net',
    'net/url',
  ],
  ...['net/netip', 'archive/tar', 'archive/zip', 'compress/flate', 'compress/gzip', 'encoding/binary'],
  ...[
    'encoding/gob',
    'encoding/json',
    'encoding/xml',
    'hash/crc32',
    'html/template',
    'text/template',
    'math',
  ],
  ...['math/big', 'math/rand/v2', 'regexp', 'crypto/rand', 'crypto/sha256'],
]
const packages = given.length > 0 ? given : PACKAGES
const work = mkdtempSync(join(tmpdir(), 'go-tests-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const go = (args, env = {}) =>
  spawnSync('go', args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
const sources = join(go(['env', 'GOROOT']).stdout.trim(), 'src')

const FLAGS = ['--dir=/', '-W', 'max-wasm-stack=8388608']
const TEST = ['-test.short', '-test.v', '-test.timeout=10m']
const runtimes = {
  'proplet-exec': [EXEC],
  wasmtime: [join(resolve(tools), 'bin/wasmtime'), 'run', '-C', 'compiler=winch'],
}

/** Runs the tests like Go's go_wasip1_wasm_exec; returns the results of tests and subtests by name. */
function resultsOf([command, ...first], binary, cwd) {
  const variables = [`PWD=${cwd}`, `PATH=${process.env.PATH}`].flatMap((each) => ['--env', each])
  const { stdout } = spawnSync(command, [...first, ...FLAGS, ...variables, binary, ...TEST], {
    cwd,
    env: withOwnNode,
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Map(
    [...stdout.matchAll(/^\s*--- (PASS|FAIL|SKIP): (\S+)/gm)].map(([, how, name]) => [name, how]),
  )
}

const count = (results, how) => [...results.values()].filter((each) => each === how).length
const rows = []
let isSame = true
for (const name of packages) {
  const binary = join(work, 'test.wasm')
  const built = go(['test', '-c', '-o', binary, name], { GOOS: 'wasip1', GOARCH: 'wasm' })
  if (built.status !== 0) throw new Error(`${name} cannot be compiled`)
  const [ours, theirs] = Object.values(runtimes).map((each) => resultsOf(each, binary, join(sources, name)))
  const lost = [...theirs]
    .filter(([test, how]) => how === 'PASS' && ours.get(test) !== 'PASS')
    .map(([test]) => test)
  isSame &&= lost.length === 0
  const cells = [ours, theirs].flatMap((each) => ['PASS', 'FAIL', 'SKIP'].map((how) => count(each, how)))
  console.log(name, ...cells, ...lost)
  rows.push([name, ...cells, lost.join(', ')])
}

const sum = (column) => rows.reduce((total, row) => total + row[column], 0)
const head = [
  'package',
  'passed',
  'failed',
  'skipped',
  'wasmtime: passed',
  'failed',
  'skipped',
  'passed by wasmtime only',
]
const texts = [
  `The tests of Go's own standard library (${go(['version']).stdout.split(' ')[2]}, compiled for \`GOOS=wasip1\`, \`-test.short\`; subtests counted), run as Go's`,
  `script \`go_wasip1_wasm_exec\` does: by \`proplet-exec\` on Node.js ${process.versions.node}, ${sum(1)} pass and ${sum(2)} fail; by wasmtime, ${sum(4)} and ${sum(5)}.`,
  '`node scripts/go-tests.mjs DIR` makes this table.',
]
writeTable('go', texts, head, rows)
process.exitCode = isSame ? 0 : 1
