// Builds the long-running tests (fuzzer, chaos, long links, fleet), which run outside of the test runner.
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
