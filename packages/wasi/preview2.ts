import { openFor, type Opened } from './host/opened.js'
import type { WasiOptions } from './host/options.js'
import { toStreamSink, toStreamSource } from './host/stdio.js'
import { monotonicClock, timezone, wallClock } from './preview2/clocks.js'
import { Descriptor } from './preview2/descriptor.js'
import { DirectoryEntryStream } from './preview2/directory-entry-stream.js'
import { exit } from './preview2/exit.js'
import { InputStream } from './preview2/input-stream.js'
import { IoError } from './preview2/io-error.js'
import { OutputStream } from './preview2/output-stream.js'
import { Pollable } from './preview2/pollable.js'
import { insecure, insecureSeed, random } from './preview2/random.js'
import { terminalImports } from './preview2/terminal.js'

export { ProcessExit } from './host/exit.js'
export type { StreamSink, StreamSource } from './host/streams.js'
export { WitError } from './preview2/failure.js'
export { InputStream } from './preview2/input-stream.js'
export { OutputStream } from './preview2/output-stream.js'

export type Preview2Options = WasiOptions

export type Preview2Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export type Preview2 = {
  /**
   * By interface without version (`wasi:cli/environment`): functions and resource classes in the form of jco's bindings. They
   * throw WitError for the error of a `result`, ProcessExit, exceptions of a sink, and WebAssembly.RuntimeError where the
   * interface specifies a trap.
   */
  readonly imports: Preview2Imports
  /** Closes every host descriptor; throws a HostError afterwards if one of them could not be closed. */
  close(): void
}

/** Shared by all guests. */
export const shared: Preview2Imports = {
  'wasi:cli/exit': exit,
  'wasi:clocks/monotonic-clock': monotonicClock,
  'wasi:clocks/timezone': timezone,
  'wasi:clocks/wall-clock': wallClock,
  'wasi:filesystem/types': {
    Descriptor,
    DirectoryEntryStream,
    filesystemErrorCode: (error: IoError) => IoError.toErrorCode(error),
  },
  'wasi:io/error': { Error: IoError },
  'wasi:io/poll': { Pollable, poll: (pollables: readonly Pollable[]) => Pollable.poll(pollables) },
  'wasi:io/streams': { InputStream, OutputStream },
  'wasi:random/insecure': insecure,
  'wasi:random/insecure-seed': insecureSeed,
  'wasi:random/random': random,
}

/**
 * WASI 0.2 (any 0.2.x) for one guest: cli, clocks, filesystem, io and random, all of it synchronous; a sleep, and a blocking
 * read, block the thread. Throws HostError for arguments, variables or preopens that can't be passed on.
 *
 * ```ts
 * const wasi = createPreview2({
 *   args: ['program'],
 *   env: {},
 *   preopens: [{ hostPath: '/srv/data', guestPath: '/data', readonly: true }],
 *   stdout: (bytes) => process.stdout.write(bytes),
 *   stderr: (bytes) => process.stderr.write(bytes),
 * })
 * const { exports } = instantiate(prepared, wasi.imports)
 * ```
 *
 * @param more `shared` and what there is besides, the same for many guests
 */
export function createPreview2(options: Preview2Options, more: Preview2Imports = shared): Preview2 {
  const { imports, begin } = createPreview2InTurn(more)
  return { imports, close: begin(options) }
}

/** WASI 0.2 for guests of which one runs at a time: the imports are the same object for all, and serve the one begun last. */
export type Preview2InTurn = {
  readonly imports: Preview2Imports
  /** Returns `close` of the guest; throws what `createPreview2` does. */
  readonly begin: (options: Preview2Options) => () => void
}

/**
 * @param more as for `createPreview2`
 *
 * ```ts
 * const wasi = createPreview2InTurn()
 * for (const request of requests) {
 *   const close = wasi.begin(options)
 *   answer(request, instantiate(prepared, wasi.imports))
 *   close()
 * }
 * ```
 */
export function createPreview2InTurn(more: Preview2Imports = shared): Preview2InTurn {
  let current: Guest | undefined
  const guest = () => {
    if (current === undefined) throw new Error('WASI was called before a guest was begun')
    return current
  }
  return {
    imports: { ...more, ...preview2Imports(guest) },
    begin: (options) => {
      const opened = openFor(options)
      current = { options, opened }
      return () => opened.holdings.closeAll()
    },
  }
}

type Guest = { readonly options: WasiOptions; readonly opened: Opened }

/** The imports that differ between guests; `guest` returns the current one. */
export function preview2Imports(guest: () => Guest): Preview2Imports {
  return {
    ...terminalImports(() => guest().options.terminals),
    'wasi:cli/environment': {
      getEnvironment: () => guest().opened.environment.variables,
      getArguments: () => guest().opened.environment.args,
      initialCwd: () => undefined,
    },
    'wasi:cli/stdin': {
      getStdin: () => {
        const { stdin } = guest().options
        return new InputStream(stdin && toStreamSource(stdin))
      },
    },
    'wasi:cli/stdout': { getStdout: () => new OutputStream(toStreamSink(guest().options.stdout)) },
    'wasi:cli/stderr': { getStderr: () => new OutputStream(toStreamSink(guest().options.stderr)) },
    'wasi:filesystem/preopens': {
      // Each call returns new descriptors, of directories that stay open until the guest ends.
      getDirectories: () => {
        const { preopens, holdings } = guest().opened
        return preopens.map(({ guestPath, directory }) => [
          new Descriptor(directory, holdings, () => undefined),
          guestPath,
        ])
      },
    },
  }
}
