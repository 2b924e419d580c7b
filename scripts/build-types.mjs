// Builds the types of the library as one bundle, so that they import only installed packages.
import { dts } from 'rolldown-plugin-dts'
import { bundle, inRoot, isInstalled, load, write } from './bundle.mjs'

const { LIBRARY_ENTRIES } = await load('src/host/entries.ts')

await write({
  ...bundle({
    from: 'src',
    to: 'dist',
    modules: LIBRARY_ENTRIES,
    chunkFileNames: 'library/[name]-[hash].js',
    external: isInstalled,
    plugins: [dts({ tsconfig: inRoot('tsconfig.json'), emitDtsOnly: true })],
  }),
})
