// What every bundle of this project has in common.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = new URL('../', import.meta.url)

export const inRoot = (path) => fileURLToPath(new URL(path, root))

/** fp-ts and io-ts name CommonJS first, of which all would be bundled; of their ES modules, what is used is. */
const treeShaken = {
  name: 'tree-shaken',
  resolveId(id, importer) {
    const [, name, path = 'index.js'] = /^((?:fp|io)-ts)(?:\/lib\/(.+))?$/.exec(id) ?? []
    return name === undefined ? null : this.resolve(`${name}/es6/${path}`, importer)
  },
}

/** Options of a bundle of modules named by their paths in `from`, without extension; so are the files made of them in `to`. */
export const bundle = ({ from, to, modules, chunkFileNames, plugins = [], output = {}, ...more }) => ({
  input: Object.fromEntries(modules.map((module) => [module, inRoot(`${from}/${module}.ts`)])),
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] }, conditionNames: ['source', 'node', 'import'] },
  plugins: [treeShaken, ...plugins],
  logLevel: 'warn',
  ...more,
  output: { dir: inRoot(to), format: 'esm', entryFileNames: '[name].js', chunkFileNames, ...output },
})

export const write = async ({ output, ...input }) => {
  const build = await rolldown(input)
  await build.write(output)
  await build.close()
}

/** Leaves packages from the registry to `node_modules`; those of the workspaces are bundled. */
export const isInstalled = (id) => /^[^./]/.test(id) && !id.startsWith('@proplet/')

/** Packages that the library imports rather than bundles, so that the importing program shares them. */
export const isShared = (id) => /^(?:rxjs|pino)(?:\/|$)/.test(id)

/** What a table of TypeScript exports, without a compiler: it is bundled in memory, and imported from there. */
export const load = async (path) => {
  const build = await rolldown({ input: inRoot(path), platform: 'node', logLevel: 'warn' })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
}
