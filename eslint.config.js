import tseslint from 'typescript-eslint'

const EVERYWHERE = [
  { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
]

/** Streams get clocks and randomness from their callers. What they import is in dependency-cruiser.config.mjs. */
const IMPURE = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Take a clock: the time of a test is virtual.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take a clock.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Take a source of randomness.',
  },
]
const IMPURE_GLOBALS = [
  'process',
  'performance',
  'crypto',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'Buffer',
  'fetch',
  'console',
]

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'node_modules', 'test/fixtures/built'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'dependency-cruiser.config.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': ['error', ...EVERYWHERE],
    },
  },
  {
    files: ['src/**/*.ts', 'packages/*/!(test)/**/*.ts'],
    rules: {
      'max-lines-per-function': [
        'error',
        { max: 100, skipBlankLines: false, skipComments: false, IIFEs: true },
      ],
    },
  },
  {
    files: ['src/streams/**'],
    rules: {
      'no-restricted-syntax': ['error', ...EVERYWHERE, ...IMPURE],
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
    },
  },
  { files: ['*.config.*', 'bench/**/*.mjs'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
)
