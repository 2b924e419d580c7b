import { HostWork } from '@proplet/component/link/async/work.js'
import { openFor } from './host/opened.js'
import { toStreamSink } from './host/stdio.js'
import { preview2Imports, shared as shared2, type Preview2, type Preview2Options } from './preview2.js'
import { Descriptor as Descriptor2 } from './preview2/descriptor.js'
import { exit } from './preview2/exit.js'
import { OutputStream } from './preview2/output-stream.js'
import { terminalImports } from './preview2/terminal.js'
import { monotonicClock, systemClock, timezone } from './preview3/clocks.js'
import { Descriptor } from './preview3/descriptor.js'
import { insecure, insecureSeed, random } from './preview3/random.js'
import { emptyStream, readWhenReady, writeOutput } from './preview3/streams.js'

export type Preview3 = Preview2 & { readonly work: HostWork }

/** Imports shared by all guests, by interface without version. */
const shared = {
  'wasi:cli/exit': exit,
  'wasi:clocks/monotonic-clock': monotonicClock,
  'wasi:clocks/system-clock': systemClock,
  'wasi:clocks/timezone': timezone,
  'wasi:filesystem/types': { Descriptor },
  'wasi:random/insecure': insecure,
  'wasi:random/random': random,
}

/**
 * WASI 0.3 for one guest, under names such as `wasi:cli/stdout@0.3`, in addition to `createPreview2`. Everything completes at
 * once except sleeps and reads of standard input. Pass `work` to the instance.
 *
 * ```ts
 * const { imports, work, close } = createPreview3(options)
 * const { exports } = instantiate(prepared, imports, work)
 * ```
 */
export function createPreview3(options: Preview2Options): Preview3 {
  const work = new HostWork()
  const opened = openFor(options)
  const { environment, preopens, holdings } = opened
  const { stdin } = options
  const writer = (output: Preview2Options['stdout']) => ({
    writeViaStream: (data: unknown) => writeOutput(data, new OutputStream(toStreamSink(output))),
  })
  const interfaces = {
    ...shared,
    ...terminalImports(() => options.terminals),
    'wasi:cli/environment': {
      getEnvironment: () => environment.variables,
      getArguments: () => environment.args,
      getInitialCwd: () => undefined,
    },
    'wasi:random/insecure-seed': insecureSeed(),
    'wasi:cli/stdin': {
      readViaStream: () => (stdin === undefined ? emptyStream() : readWhenReady(work, stdin)),
    },
    'wasi:cli/stdout': writer(options.stdout),
    'wasi:cli/stderr': writer(options.stderr),
    'wasi:filesystem/preopens': {
      // Each call returns new descriptors, of directories that stay open until the guest ends.
      getDirectories: () =>
        preopens.map(({ guestPath, directory }) => [
          new Descriptor(new Descriptor2(directory, holdings, () => undefined)),
          guestPath,
        ]),
    },
  }
  const versioned = Object.entries(interfaces).map(([name, members]) => [`${name}@0.3`, members] as const)
  return {
    imports: {
      ...shared2,
      ...preview2Imports(() => ({ options, opened })),
      ...Object.fromEntries(versioned),
    },
    work,
    close: () => holdings.closeAll(),
  }
}
