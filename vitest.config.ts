import { defineConfig } from 'vitest/config'

/** Tests that start nothing and change nothing of their process: they share one, and what it has loaded. */
const PURE = [
  'test/docs/**/*.test.ts',
  'test/streams/**/*.test.ts',
  'test/io/codecs/**/*.test.ts',
  'test/io/config/**/*.test.ts',
  'packages/component/test/**/*.test.ts',
]

/** What compares, kills, draws by the thousand, looks at a screen, or takes over ten seconds: `npm run test:long`. */
const LONG = [
  'packages/wasi/test/race.test.ts',
  'test/brokers/**/*.test.ts',
  'test/chaos/**/*.test.ts',
  'test/cli/completion.test.ts',
  'test/cli/exec/network.test.ts',
  'test/cli/exec/programs.test.ts',
  'test/cli/exec/serve-programs.test.ts',
  'test/cli/exec/stdin.test.ts',
  'test/daemon/browser.test.ts',
  'test/daemon/client.test.ts',
  'test/daemon/confidential.test.ts',
  'test/daemon/external.test.ts',
  'test/daemon/federated.test.ts',
  'test/daemon/flood.test.ts',
  'test/daemon/hal.test.ts',
  'test/daemon/journal.test.ts',
  'test/daemon/lifecycle.test.ts',
  'test/daemon/link.test.ts',
  'test/daemon/programs.test.ts',
  'test/daemon/readme.test.ts',
  'test/daemon/state-directory.test.ts',
  'test/daemon/terminal.test.ts',
  'test/daemon/tls.test.ts',
  'test/differential/**/*.test.ts',
  'test/fleet/**/*.test.ts',
  'test/fuzz/**/*.test.ts',
  'test/host/heap-flags.test.ts',
  'test/links/**/*.test.ts',
  'test/packaging/**/*.test.ts',
  'test/runtime/attacks/files.test.ts',
  'test/runtime/attacks/resources.test.ts',
  'test/runtime/confidential/configfs.test.ts',
  'test/runtime/embedded/http/answers.test.ts',
  'test/runtime/embedded/http/faults.test.ts',
  'test/runtime/embedded/load.test.ts',
  'test/runtime/embedded/network/http.test.ts',
  'test/runtime/embedded/network/sockets.test.ts',
  'test/runtime/external/run.test.ts',
  'test/runtime/external/serve.test.ts',
  'test/runtime/external/stop.test.ts',
  'test/runtime/hal/attacks.test.ts',
  'test/runtime/hal/example.test.ts',
  'test/runtime/hal/raw.test.ts',
  'test/runtime/hal/tasks.test.ts',
]

/** `dist` is built before tests that start processes, unless it is newer than what it is made of. */
const BUILD = 'test/support/global-build.ts'

const CONDITIONS = ['source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions: CONDITIONS },
  ssr: { resolve: { conditions: CONDITIONS } },
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, pool: 'threads', isolate: false } },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: [...PURE, ...LONG],
          globalSetup: BUILD,
          pool: 'forks',
          isolate: false,
        },
      },
      { extends: true, test: { name: 'long', include: LONG, globalSetup: BUILD, pool: 'forks' } },
    ],
  },
})
