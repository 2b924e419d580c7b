// Builds the fuzzer and the runs of chaos, long links and a fleet, which run for long and so not below the test runner.
import { rmSync } from 'node:fs'
import { bundle, inRoot, isInstalled, write } from './bundle.mjs'

rmSync(inRoot('build'), { recursive: true, force: true })
await write(
  bundle({
    from: 'test',
    to: 'build/test',
    modules: [
      'fuzz/main',
      'fuzz/worker',
      'chaos/main',
      'chaos/kills-main',
      'links/main',
      'fleet/main',
      'fleet/member',
    ],
    chunkFileNames: 'chunks/[name]-[hash].js',
    external: isInstalled,
  }),
)
