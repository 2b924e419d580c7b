// The floors of the house, from the ground up. A floor imports from those below it, never from its own level or above.
// `npm run lint` checks them, types included.
const FLOORS = [
  ['src/model'],
  ['src/net', 'src/host'],
  ['packages/component'],
  ['packages/wasi'],
  ['src/streams', 'src/io', 'src/runtime'],
  ['src/app', 'src/testing'],
  ['src/dev'],
  ['src/cli'],
]

/** A folder and all that is in it, but for the tests of a package. */
const inside = (folder) => `^${folder}/(?!test/)`

const floors = FLOORS.flatMap((level, height) =>
  level.map((folder) => ({
    name: `floor-of-${folder.replace('/', '-')}`,
    comment: `${folder} imports nothing from its own level or above.`,
    severity: 'error',
    from: { path: inside(folder) },
    to: {
      path: [
        ...level.filter((other) => other !== folder),
        ...FLOORS.slice(height + 1).flat(),
        'src/page',
        'src/[^/]+[.]ts$',
      ].map((other) => `^${other}`),
    },
  })),
)

const packages = [
  {
    name: 'component-stands-alone',
    comment: 'A linker for WebAssembly components knows nothing of proplets or of WASI.',
    severity: 'error',
    from: { path: inside('packages/component') },
    to: { path: '^(src|test|packages/wasi)/' },
  },
  {
    name: 'wasi-knows-components-only',
    comment: 'The WASI host uses @proplet/component and nothing else of this repository.',
    severity: 'error',
    from: { path: inside('packages/wasi') },
    to: { path: '^(src|test)/' },
  },
]

const page = {
  name: 'page-stands-alone',
  comment: 'The page runs in a browser: of the model it takes the types of the view, and what errors say.',
  severity: 'error',
  from: { path: '^src/page/' },
  to: { pathNot: ['^src/page/', '^src/model/(view|message-of|code-of)[.]ts$'] },
}

const pure = {
  name: 'streams-are-pure',
  comment: 'Streams get clocks, randomness and I/O from their callers: rxjs and fp-ts are all they import.',
  severity: 'error',
  from: { path: '^src/streams/' },
  to: { pathNot: ['^src/(streams|model)/', '^packages/component/', 'node_modules/(rxjs|fp-ts)/'] },
}

const noTests = {
  name: 'product-without-tests',
  comment: 'What ships imports no test.',
  severity: 'error',
  from: { path: '^(src|packages)/', pathNot: '/test/' },
  to: { path: '(^|/)test/' },
}

const cycles = [
  {
    name: 'no-cycle-of-files',
    comment: 'Files that import each other can only be read together: move what they share.',
    severity: 'error',
    from: { path: '^(src|packages)/' },
    to: { circular: true },
  },
  {
    name: 'no-cycle-of-folders',
    comment: 'Folders beside each other depend one way.',
    severity: 'error',
    scope: 'folder',
    from: { path: '^(src|packages)/' },
    to: { circular: true },
  },
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...floors, ...packages, page, pure, noTests, ...cycles],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules/(?!rxjs|fp-ts|@proplet)|/test/|^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
    preserveSymlinks: false,
  },
}
