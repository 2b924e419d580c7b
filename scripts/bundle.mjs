// What every bundle of this project has in common.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = new URL('../', import.meta.url)

export const inRoot = (path) => fileURLToPath(new URL(path, root))

/**
 * What these packages name first is for all engines, or for require(): of their ES modules only what is used is bundled, and
 * runs without a look-up at each call.
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
  resolveId(id, importer) {
    const found = ES_MODULES.find(({ of }) => of.test(id))
    if (found === undefined) return null
    const [, name, path] = found.of.exec(id)
    return this.resolve(found.at(name, path), importer)
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
  resolveId(id, importer = '') {
    if (id === 'mqtt') return '\0lean:mqtt'
    if (!/[\\/]node_modules[\\/](?:mqtt|mqtt-packet|bl)[\\/]/.test(importer)) return null
    if (id === 'readable-stream') return { id: 'node:stream', external: true }
    return Object.hasOwn(MQTT_PARTS, id) ? `\0lean:${id}` : null
  },
  load(id) {
    const [, name] = /^\0lean:(.+)$/.exec(id) ?? []
    return name === undefined ? null : MQTT_PARTS[name]
  },
}

/** Options of a bundle of modules named by their paths in `from`, without extension; so are the files made of them in `to`. */
export const bundle = ({ from, to, modules, chunkFileNames, plugins = [], output = {}, ...more }) => ({
  input: Object.fromEntries(modules.map((module) => [module, inRoot(`${from}/${module}.ts`)])),
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] }, conditionNames: ['source', 'node', 'import'] },
  plugins: [treeShaken, leanMqtt, ...plugins],
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
