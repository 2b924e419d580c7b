// Replaces the entries of processes in dist by bundles: a process that loads one file, not hundreds, starts in half the
// time. What is imported as a library (dist/index.js) stays as the compiler wrote it.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

const bundle = async (modules, chunkFileNames) => {
  const build = await rolldown({
    input: Object.fromEntries(modules.map((module) => [module, inRoot(`src/${module}.ts`)])),
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    logLevel: 'warn',
  })
  const output = { dir: inRoot('dist'), format: 'esm', entryFileNames: '[name].js', chunkFileNames }
  await build.write(output)
  await build.close()
}

await bundle(['main', 'exec', 'runtime/external/plan/child'], 'chunks/[name]-[hash].js')

// src/runtime/guest/components.ts loads the later ones by their paths from its own folder, so its chunk is there too.
await bundle(
  [
    'runtime/guest/child',
    'runtime/guest/thread',
    'runtime/guest/component-task',
    'runtime/guest/http/serve',
    'runtime/guest/network',
    'runtime/wasi/preview3',
    'component/link/prepare',
  ],
  'runtime/guest/[name]-[hash].js',
)
