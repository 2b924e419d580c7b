import { Clocks } from './host/clocks.js'
import { toEnvironment } from './host/environment.js'
import type { WasiOptions } from './host/options.js'
import { openPreopens, type OpenPreopen } from './host/preopens.js'
import { clockFunctions } from './preview1/clock.js'
import { descriptorFunctions } from './preview1/descriptor.js'
import { Descriptors } from './preview1/descriptors.js'
import type { Guest } from './preview1/guest.js'
import { GuestMemory } from './preview1/memory.js'
import { pathOpenFunctions } from './preview1/path-open.js'
import { pathFunctions } from './preview1/path.js'
import { pollFunctions } from './preview1/poll.js'
import { processFunctions } from './preview1/process.js'
import { readdirFunctions } from './preview1/readdir.js'
import { directoryRights, inheritableRights, inputRights, outputRights } from './preview1/rights.js'
import { socketFunctions } from './preview1/socket.js'
import { stringFunctions } from './preview1/strings.js'
import { transferFunctions } from './preview1/transfer.js'

export { HostError } from './host/errors.js'
export type { Preopen } from './host/preopens.js'
export type { Input, OutputSink } from './host/stdio.js'
export { ProcessExit } from './host/exit.js'
export type { Terminals, WasiOptions } from './host/options.js'

const groups: readonly ((guest: Guest) => WebAssembly.ModuleImports)[] = [
  stringFunctions,
  clockFunctions,
  transferFunctions,
  descriptorFunctions,
  readdirFunctions,
  pathFunctions,
  pathOpenFunctions,
  pollFunctions,
  processFunctions,
  socketFunctions,
]

export type Preview1 = {
  /**
   * The imports of `wasi_snapshot_preview1`. They throw ProcessExit and exceptions of a sink; every other failure is an errno.
   */
  readonly imports: WebAssembly.ModuleImports
  /** Must be called once after instantiation, before any export is called. Until then every pointer is EFAULT. */
  bind(memory: WebAssembly.Memory): void
  /** Closes every host descriptor; throws a HostError afterwards if one of them could not be closed. */
  close(): void
}

/**
 * WASI preview 1 for one guest; synchronous: a sleep or a read of standard input blocks the thread. Throws HostError for invalid
 * arguments, variables or preopens.
 *
 * ```ts
 * const wasi = createPreview1(options)
 * const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.imports })
 * wasi.bind(instance.exports.memory)
 * instance.exports._start()
 * wasi.close()
 * ```
 */
export function createPreview1(options: WasiOptions): Preview1 {
  const environment = toEnvironment(options.args, options.env)
  const memory = new GuestMemory()
  const descriptors = openDescriptors(options, openPreopens(options.preopens))
  const guest: Guest = { memory, descriptors, environment, clocks: new Clocks() }
  return {
    imports: toImports(guest),
    bind: (bound) => memory.bind(bound),
    close: () => descriptors.closeAll(),
  }
}

// By Object.assign: spreading the groups into a literal takes ten times as long.
function toImports(guest: Guest): WebAssembly.ModuleImports {
  const imports: WebAssembly.ModuleImports = {}
  for (const functionsOf of groups) Object.assign(imports, functionsOf(guest))
  return imports
}

function openDescriptors(
  { stdin, stdout, stderr, terminals }: WasiOptions,
  preopens: readonly OpenPreopen[],
): Descriptors {
  const descriptors = new Descriptors()
  const stream = (isTerminal = false) => ({ inheriting: 0, flags: 0, isTerminal })
  descriptors.add({ kind: 'input', input: stdin, rights: inputRights, ...stream(terminals?.stdin) })
  descriptors.add({ kind: 'output', sink: stdout, rights: outputRights, ...stream(terminals?.stdout) })
  descriptors.add({ kind: 'output', sink: stderr, rights: outputRights, ...stream(terminals?.stderr) })
  for (const { guestPath, directory } of preopens) {
    descriptors.add({
      kind: 'directory',
      directory,
      preopen: guestPath,
      reader: undefined,
      rights: directoryRights,
      inheriting: inheritableRights,
      flags: 0,
    })
  }
  return descriptors
}
