// Starts a guest that loops without end beside an idle one, in `process` or `sandbox` as asked, and writes the pids of both;
// runs until it is killed.
import { readFileSync } from 'node:fs'
import { NEVER } from 'rxjs'
import process from 'node:process'
import { createEmbeddedRuntime } from '../../../dist/runtime/embedded/embedded.js'
import { findSandbox } from '../../../dist/host/sandbox/sandbox.js'

const silent = () => {}
const runtime = createEmbeddedRuntime({
  isolation: process.argv[2] === 'sandbox' ? findSandbox().right : 'process',
  warm: 2,
  maxIdle: 2,
  dirs: [],
  timeoutMs: 0,
  memoryMaxBytes: 64 * 1024 * 1024,
  outputMaxBytes: 1024,
  log: { debug: silent, info: silent, warn: silent, error: silent },
})
await runtime.ready()
// The pool starts another one for the guest that is taken, sooner or later: these two are those that are meant.
const pids = runtime.pids()
const bytes = readFileSync(new URL('../../fixtures/built/hostile.wasm', import.meta.url))
const binary = { digest: 'sha256:spin', size: bytes.length, content: { bytes } }
const task = { id: 'spin', name: 'spin', binary, inputs: [], cliArgs: [], env: {}, daemon: false }
runtime.run(task, NEVER).subscribe((event) => {
  if (event.type === 'started') process.stdout.write(`${pids.join(' ')}\n`)
})
