// Shared by all bundles of this project.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = new URL('../', import.meta.url)

export const inRoot = (path) => fileURLToPath(new URL(path, root))

/**
 * The default entry of these packages is for all engines, or for require(). Their ES modules can be tree-shaken, and run without
 * a look-up at each call.
 */
const ES_MODULES = [
  { of: /^(fp|io)-ts(?:\/lib\/(.+))?$/, at: (name, path = 'index.js') => `${name}-ts/es6/${path}` },
  {
    of: /^(rxjs)(?:\/(.+))?$/,
    at: (name, path = 'index') => inRoot(`node_modules/${name}/dist/esm/${path}.js`),
  },
]
const treeShaken = {
  name: 'tree-shaken',
  resolveId: {
    filter: { id: ES_MODULES.map(({ of }) => of) },
    handler(id, importer) {
      const { of, at } = ES_MODULES.find((each) => each.of.test(id))
      const [, name, path] = of.exec(id)
      return this.resolve(at(name, path), importer)
    },
  },
}

/**
 * Of MQTT.js we use the client and its store, on streams that we open: so its transports, and what it loads for browsers,
 * for MQTT 5 and for debugging, stay out, and streams are Node's own.
 */
const MQTT_PARTS = {
  mqtt: `import client from 'mqtt/lib/client'
import store from 'mqtt/lib/store'
export { client as MqttClient, store as Store }`,
  'worker-timers': 'module.exports = {}',
  'lru-cache': 'module.exports = {}',
  debug: 'module.exports = () => () => undefined',
}
const leanMqtt = {
  name: 'lean-mqtt',
  resolveId: {
    filter: { id: /^(?:mqtt|readable-stream|worker-timers|lru-cache|debug)$/ },
    handler(id, importer = '') {
      if (id === 'mqtt') return '\0lean:mqtt'
      if (!/[\\/]node_modules[\\/](?:mqtt|mqtt-packet|bl)[\\/]/.test(importer)) return null
      return id === 'readable-stream' ? { id: 'node:stream', external: true } : `\0lean:${id}`
    },
  },
  load: { filter: { id: /^\0lean:/ }, handler: (id) => MQTT_PARTS[id.slice('\0lean:'.length)] },
}

/** Of pino we use the logger and its output to a descriptor: so its threads, and what it loads to check its own arguments, stay out. */
const PINO_PARTS = {
  transport: `module.exports = () => {
  throw new Error('transports of pino are not in this bundle')
}`,
  worker_threads: 'module.exports = { isMainThread: true }',
  assert: `module.exports = (value) => {
  if (!value) throw new Error('assertion failed')
}`,
}
const leanPino = {
  name: 'lean-pino',
  resolveId: {
    filter: { id: /^(?:worker_threads|assert|\.\/(?:lib\/)?transport)$/ },
    handler: (id, importer = '') =>
      /[\\/]node_modules[\\/](?:pino|sonic-boom)[\\/]/.test(importer)
        ? `\0pino:${id.replace(/^\..*\//, '')}`
        : null,
  },
  load: { filter: { id: /^\0pino:/ }, handler: (id) => PINO_PARTS[id.slice('\0pino:'.length)] },
}

/** ASCII, because a single other character can make V8 store the whole source with two bytes per character. */
const LEAN = { charset: 'ascii', comments: { legal: true, annotation: true, jsdoc: false } }

/** Options of a bundle of modules named by their paths in `from`, without extension; so are the files made of them in `to`. */
export const bundle = ({ from, to, modules, chunkFileNames, plugins = [], output = {}, ...more }) => ({
  input: Object.fromEntries(modules.map((module) => [module, inRoot(`${from}/${module}.ts`)])),
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] }, conditionNames: ['source', 'node', 'import'] },
  plugins: [treeShaken, leanMqtt, leanPino, ...plugins],
  logLevel: 'warn',
  ...more,
  output: { dir: inRoot(to), format: 'esm', entryFileNames: '[name].js', chunkFileNames, ...LEAN, ...output },
})

export const write = async ({ output, ...input }) => {
  const build = await rolldown(input)
  await build.write(output)
  await build.close()
}

/** For each module, named as in `bundle`, all those that are loaded with it, dynamic imports left out. */
export const loadedWith = async ({ output, ...input }, names) => {
  const build = await rolldown(input)
  const { output: files } = await build.generate(output)
  await build.close()
  const chunks = new Map(files.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]))
  const chunksWith = (chunk, seen = new Set()) => {
    if (chunk === undefined || seen.has(chunk)) return seen
    seen.add(chunk)
    for (const file of chunk.imports) chunksWith(chunks.get(file), seen)
    return seen
  }
  return names.map((name) => {
    const id = inRoot(`src/${name}.ts`)
    const first = [...chunks.values()].find(({ moduleIds }) => moduleIds.includes(id))
    if (first === undefined) throw new Error(`${id} is in no chunk`)
    return new Set([...chunksWith(first)].flatMap(({ moduleIds }) => moduleIds))
  })
}

/** Leaves packages from the registry in `node_modules`; those of the workspaces are bundled. */
export const isInstalled = (id) => /^[^./]/.test(id) && !id.startsWith('@proplet/')

/** Packages that the library imports rather than bundles, so that the importing program shares them. */
export const isShared = (id) => /^(?:rxjs|pino)(?:\/|$)/.test(id)

/** The exports of a TypeScript module, which is bundled in memory and imported from there. */
export const load = async (path) => {
  const build = await rolldown({ input: inRoot(path), platform: 'node', logLevel: 'warn' })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
}
