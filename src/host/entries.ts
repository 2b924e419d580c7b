/**
 * Modules that processes start from, by their paths in `src` and, once built, in `dist`, without extension. The build
 * and whoever spawns a process both read this table, so neither can name a module that the other does not know.
 */
export const PROCESS_ENTRIES = {
  daemon: 'main',
  exec: 'exec',
  planner: 'runtime/external/plan/child',
  reporter: 'runtime/confidential/reporter',
} as const

/** Processes and threads that run guests; they and what they load later are bundled together. */
export const GUEST_ENTRIES = {
  guestChild: 'runtime/guest/child',
  guestThread: 'runtime/guest/thread',
  guestStdinThread: 'runtime/guest/host/stdin-thread',
} as const

/** What a guest process loads once a task needs it, by path from its own bundle. See `task/components.ts` and `host/component-parts.ts` there. */
export const GUEST_PARTS = [
  'runtime/guest/task/component-task',
  'runtime/guest/host/hal',
  'runtime/guest/http/serve',
  'runtime/guest/http/serve3',
  'runtime/guest/jco/prepare',
  'runtime/guest/task/linker',
  'runtime/guest/host/network',
  'runtime/guest/host/preview3',
  'runtime/guest/host/stdin',
] as const

/** What runs a guest on the thread of a program that has loaded it, and so is CommonJS as programs are, with parts of its own. */
export const DIRECT_ENTRIES = { guestDirect: 'runtime/guest/direct' } as const

/** Parts that a guest needs there, too. */
export const DIRECT_PARTS = GUEST_PARTS.filter((part) => !/\/(?:hal|serve3?|prepare)$/.test(part))

/** The library: `exports` of the package. */
export const LIBRARY_ENTRIES = ['index', 'runtime/index', 'streams/index', 'testing/index'] as const

/** Modules for demos and benchmarks; not in the package. */
export const TOOL_ENTRIES = [
  'app/embedded-options',
  'dev/broker',
  'dev/daemon',
  'dev/demo/demo',
  'dev/demo/demo-fl',
  'dev/demo/demo-tee',
  'dev/federated/json-server',
  'dev/registry',
  'dev/sections',
  'host/sandbox/sandbox',
  'io/log/log',
  'runtime/embedded/embedded',
] as const

export const ENTRIES = { ...PROCESS_ENTRIES, ...GUEST_ENTRIES, ...DIRECT_ENTRIES } as const

export type Entry = keyof typeof ENTRIES

/** The folder of guests in `dist`, which is not that of `DIRECT_ENTRIES`, because both have parts of the same names. */
export const POOLED = 'runtime/pooled'

/** The built file of an entry, relative to `dist`. Guests are CommonJS: the loader of ES modules takes 1 MB of each. */
export const builtFile = (entry: Entry): string => {
  if (Object.hasOwn(GUEST_ENTRIES, entry)) return `${ENTRIES[entry].replace('runtime/guest', POOLED)}.cjs`
  return `${ENTRIES[entry]}.${entry === 'guestDirect' ? 'cjs' : 'js'}`
}
