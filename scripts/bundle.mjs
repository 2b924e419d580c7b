// What every bundle of this project has in common.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = new URL('../', import.meta.url)

export const inRoot = (path) => fileURLToPath(new URL(path, root))

/** Options of a bundle of modules named by their paths in `from`, without extension; so are the files made of them in `to`. */
export const bundle = ({ from, to, modules, chunkFileNames, output = {}, ...more }) => ({
  input: Object.fromEntries(modules.map((module) => [module, inRoot(`${from}/${module}.ts`)])),
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] }, conditionNames: ['source', 'node', 'import'] },
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
