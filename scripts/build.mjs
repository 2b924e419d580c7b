// Builds dist: bundles of the processes, of the guests, of the library, and the page. `--watch` builds again on changes.
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { watch } from 'rolldown'
import { bundle, inRoot, isInstalled, isShared, load, loadedWith, write } from './bundle.mjs'
import { partsInCommonJs, withGuestStack } from './direct-guest.mjs'
import { lazyBuiltIns } from './lazy-built-ins.mjs'
import { createNotices } from './notices.mjs'

const {
  DIRECT_ENTRIES,
  DIRECT_PARTS,
  GUEST_ENTRIES,
  GUEST_PARTS,
  LIBRARY_ENTRIES,
  POOLED,
  PROCESS_ENTRIES,
  TOOL_ENTRIES,
} = await load('src/host/entries.ts')
const { GUEST_STACK_BYTES } = await load('src/host/stack-limit.ts')

const notices = createNotices()

const { exec, daemon, ...helpers } = PROCESS_ENTRIES

const COMMON_JS = { format: 'cjs', entryFileNames: '[name].cjs', plugins: [lazyBuiltIns] }

const dist = (modules, chunkFileNames, more) =>
  bundle({ from: 'src', to: 'dist', modules, chunkFileNames, plugins: [notices.plugin], ...more })

/** What every guest loads in one file, and what each component does in another: each file takes half a millisecond. */
const GUEST_GROUPS = [
  {
    name: 'core',
    test: /packages\/(?:wasi\/(?:host|preview1)|component\/(?:wasm\/|units|error))|src\/runtime\/guest\/(?:task\/(?:task|core-task|modules|components)|host\/(?:console|imports|component-parts)|call\/(?:end-of-throw|failure|output|results|call-plan)|channel\/blocking)/,
  },
  { name: 'components', test: /packages\/(?:component|wasi\/preview2)|node_modules\/fp-ts|component-plan/ },
]

/** Programs are CommonJS: it loads sooner, and Node.js 20 can load it from a cache. Their entries are built in both forms. */
const program = (modules, chunkFileNames, groups, more) =>
  dist(modules, chunkFileNames, {
    ...more,
    output: { ...COMMON_JS, codeSplitting: { groups } },
  })

/** Commands that share code with the daemon but need little of it. */
const LIGHT = ['attest', 'encrypt', 'inspect', 'exec', 'watch'].map((word) => `cli/${word}/${word}`)

/**
 * What most daemons never need, or not before a task does: each part is loaded with the first use of something in it. Nothing that runs at
 * the start of a daemon may be listed here.
 */
const LATE_PARTS = {
  toml: /node_modules\/toml\/|src\/io\/config\/toml/,
  registry:
    /node_modules\/(?:streamx|tar-stream|b4a|text-decoder|fast-fifo|events-universal)\/|src\/io\/download\/oci/,
  confidential: /src\/runtime\/confidential\/(?:evidence|agent)|src\/io\/(?:kbs|key-provider)\//,
  http: /src\/runtime\/embedded\/http\//,
  network: /src\/runtime\/embedded\/network\/(?!session)/,
  external: /src\/runtime\/external\//,
  hal: /src\/runtime\/hal\/storage\/(?:container|load|object-file)/,
  federated: /src\/io\/federated\/(?:exchange|json-)/,
  guests: /src\/runtime\/embedded\/guests\/(?:thread-guest|decode-exchange|decode-hal)/,
}
const LATE_GROUPS = Object.entries(LATE_PARTS).map(([name, test]) => ({
  name: `late-${name}`,
  priority: 9,
  test,
  includeDependenciesRecursively: false,
}))

/**
 * What the daemon loads before its first heartbeat, in five files instead of seventy: what every command needs, what those need that talk to
 * the broker, the log, what some other command needs, and its own.
 */
const startGroups = async () => {
  const [main, link, log, whole, ...light] = await loadedWith(
    dist(['cli/main'], 'chunks/[name]-[hash].cjs'),
    ['cli/main', 'cli/submit/submit', 'io/log/log', 'app/proplet', ...LIGHT],
  )
  const isLight = (id) => light.some((command) => command.has(id))
  return [
    ...LATE_GROUPS,
    { name: 'main', priority: 5, test: (id) => main.has(id) },
    { name: 'link', priority: 4, test: (id) => link.has(id) },
    { name: 'log', priority: 3, test: (id) => log.has(id) },
    { name: 'shared', priority: 2, test: (id) => whole.has(id) && isLight(id) },
    { name: 'daemon', priority: 1, test: (id) => whole.has(id) },
  ]
}

/** What `proplet-exec` loads for every file, and what for a guest in a process of its own: in a bundle whose name has a hash, as the cache needs it. */
const execGroups = async () => {
  const [exec, guest] = await loadedWith(dist(['cli/exec/main'], 'chunks/exec/[name]-[hash].cjs'), [
    'cli/exec/main',
    'cli/exec/run-file',
  ])
  return [
    { name: 'exec', priority: 1, test: (id) => exec.has(id) },
    { name: 'guest', test: (id) => guest.has(id) },
  ]
}

/** What runs guests on the main thread of `proplet-exec`, with its parts. */
const direct = (groups) =>
  dist([...Object.values(DIRECT_ENTRIES), ...DIRECT_PARTS], 'runtime/guest/chunks/[name]-[hash].cjs', {
    plugins: [notices.plugin, partsInCommonJs('../../pooled/host/stdin-thread.cjs')],
    output: { ...COMMON_JS, codeSplitting: { groups } },
  })

/** Of that, what is loaded for every file, for each component, and for some: in bundles with a hash as well. */
const directGroups = async () => {
  const names = [...Object.values(DIRECT_ENTRIES), ...DIRECT_PARTS]
  const loaded = await loadedWith(direct([]), names)
  const group = (name, priority, ...parts) => {
    const sets = loaded.filter((_, at) => parts.some((part) => names[at].endsWith(part)))
    return { name, priority, test: (id) => sets.some((each) => each.has(id)) }
  }
  return [
    group('direct', 4, 'guest/direct', 'host/stdin'),
    group('components', 3, 'task/linker', 'task/component-task'),
    group('network', 2, 'host/network'),
    group('preview3', 1, 'host/preview3'),
  ]
}

const builds = [
  // A process that loads one file, not hundreds, starts in half the time; what starts most often shares none with others.
  ...[exec, daemon].flatMap((entry) => [
    dist([entry], 'chunks/[name]-[hash].js'),
    dist([entry], 'chunks/[name]-[hash].cjs', { output: COMMON_JS }),
  ]),
  program(['cli/exec/main'], 'chunks/exec/[name]-[hash].cjs', await execGroups()),
  dist(Object.values(helpers), 'chunks/helpers/[name]-[hash].js'),
  program(['cli/main'], 'chunks/[name]-[hash].cjs', await startGroups(), {
    preserveEntrySignatures: 'allow-extension',
    experimental: { chunkOptimization: { mergeCommonChunks: false } },
  }),
  // Modules in the folders of runtime/guest load later parts by paths such as ../host/stdin.js, so chunks are as deep.
  dist([...Object.values(GUEST_ENTRIES), ...GUEST_PARTS], `${POOLED}/chunks/[name]-[hash].cjs`, {
    plugins: [notices.plugin, partsInCommonJs()],
    output: {
      ...COMMON_JS,
      entryFileNames: ({ name }) => `${name.replace('runtime/guest', POOLED)}.cjs`,
      codeSplitting: { groups: GUEST_GROUPS },
    },
  }),
  direct(await directGroups()),
  // The library shares the packages whose values cross its border with the importing program.
  dist(LIBRARY_ENTRIES, 'library/[name]-[hash].js', { external: isShared }),
  dist(TOOL_ENTRIES, 'dev/chunks/[name]-[hash].js', { external: isInstalled }),
  dist(['page/main'], 'page/[name]-[hash].js', { platform: 'browser' }),
]

const copyPage = () => {
  mkdirSync(inRoot('dist/page'), { recursive: true })
  for (const name of readdirSync(inRoot('src/page')))
    if (/\.(?:html|css|svg)$/.test(name))
      copyFileSync(inRoot(`src/page/${name}`), inRoot(`dist/page/${name}`))
}

/** Lets programs be called by their paths, as an installation does for those of a package. */
const makeExecutable = () => {
  for (const type of ['js', 'cjs']) {
    for (const entry of [exec, daemon]) chmodSync(inRoot(`dist/${entry}.${type}`), 0o755)
    const program = inRoot(`dist/${exec}.${type}`)
    writeFileSync(program, withGuestStack(readFileSync(program, 'utf8'), GUEST_STACK_BYTES))
  }
}

const finish = () => {
  copyPage()
  writeFileSync(inRoot('dist/THIRD-PARTY-NOTICES.txt'), notices.text())
  makeExecutable()
}

rmSync(inRoot('dist'), { recursive: true, force: true })
if (process.argv.includes('--watch')) {
  watch(builds).on('event', (event) => {
    if (event.code === 'ERROR') console.error(event.error)
    if (event.code !== 'END') return
    finish()
    console.log('built')
  })
} else {
  for (const build of builds) await write(build)
  finish()
}
