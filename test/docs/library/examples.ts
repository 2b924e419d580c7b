import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from '../../support/fixtures.js'

/** The modules in `exports` of package.json. */
export const ENTRIES = [
  'src/index.ts',
  'src/streams/index.ts',
  'src/runtime/index.ts',
  'src/testing/index.ts',
]
const CONTEXT = 'test/docs/library/context.ts'

export type Export = {
  readonly entry: string
  readonly name: string
  readonly documentation: string
  readonly examples: readonly string[]
}

/** A TypeScript module with its path in the repository. */
export type Module = { readonly path: string; readonly text: string }

const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
  readonly config: unknown
}
const { options: settings } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
const OPTIONS: ts.CompilerOptions = {
  ...settings,
  noEmit: true,
  verbatimModuleSyntax: false,
  types: ['node'],
  noUnusedLocals: false,
  noUnusedParameters: false,
  incremental: false,
}

const namesOf = (program: ts.Program, path: string): readonly ts.Symbol[] => {
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(path)
  const module = file && checker.getSymbolAtLocation(file)
  return module === undefined ? [] : checker.getExportsOfModule(module)
}

const resolved = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** The code of an example, without its fence. */
const codeOf = (text: string): string => /^```ts\n([^]*?)\n```$/m.exec(text.trim())?.[1] ?? ''

/** The exports of these modules, with their documentation. */
export const exportsOf = (program: ts.Program, entries: readonly string[]): readonly Export[] => {
  const checker = program.getTypeChecker()
  return entries.flatMap((entry) =>
    namesOf(program, join(ROOT, entry)).map((symbol) => {
      const target = resolved(symbol, checker)
      return {
        entry,
        name: symbol.name,
        documentation: ts.displayPartsToString(target.getDocumentationComment(checker)),
        examples: target
          .getJsDocTags(checker)
          .filter(({ name }) => name === 'example')
          .map(({ text }) => codeOf(ts.displayPartsToString(text))),
      }
    }),
  )
}

/** Source files, parsed once for all programs. */
const createSources = () => {
  const parsed = new Map<string, ts.SourceFile>()
  return (path: string, version: ts.ScriptTarget | ts.CreateSourceFileOptions) => {
    const text = parsed.has(path) ? undefined : ts.sys.readFile(path)
    if (text !== undefined) parsed.set(path, ts.createSourceFile(path, text, version))
    return parsed.get(path)
  }
}
const sourceOf = createSources()

/** A program of files on disk and modules in memory. */
export const programOf = (files: readonly string[], modules: readonly Module[] = []): ts.Program => {
  const inMemory = new Map(modules.map(({ path, text }) => [join(ROOT, path), text]))
  const host = ts.createCompilerHost(OPTIONS)
  host.readFile = (path) => inMemory.get(path) ?? ts.sys.readFile(path)
  host.fileExists = (path) => inMemory.has(path) || ts.sys.fileExists(path)
  host.getSourceFile = (path, version) => {
    const text = inMemory.get(path)
    return text === undefined ? sourceOf(path, version) : ts.createSourceFile(path, text, version)
  }
  return ts.createProgram([...files.map((file) => join(ROOT, file)), ...inMemory.keys()], OPTIONS, host)
}

/** The identifiers that are used, and those that are declared. */
const identifiersIn = (text: string): { readonly used: Set<string>; readonly declared: Set<string> } => {
  const used = new Set<string>()
  const declared = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text)
    node.forEachChild(visit)
  }
  const file = ts.createSourceFile('example.ts', text, ts.ScriptTarget.Latest, true)
  const names = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) declared.add(name.text)
    else for (const element of name.elements) if (ts.isBindingElement(element)) names(element.name)
  }
  for (const statement of file.statements)
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) names(name)
  visit(file)
  return { used, declared }
}

const MODULES: readonly (readonly [path: string, specifier: string])[] = [
  ...ENTRIES.map((path) => [path, `./${path.replace(/ts$/, 'js')}`] as const),
  [CONTEXT, `./${CONTEXT.replace(/ts$/, 'js')}`],
]

/**
 * The example as a module that imports what it does not declare: from the library, from the context of the examples, or
 * from rxjs and vitest.
 */
export const toModules = (program: ts.Program, exports: readonly Export[]): readonly Module[] => {
  const sources = new Map<string, string>()
  const offer = (specifier: string, names: readonly string[]) => {
    for (const name of names) if (!sources.has(name)) sources.set(name, specifier)
  }
  for (const [path, specifier] of MODULES)
    offer(
      specifier,
      namesOf(program, join(ROOT, path)).map(({ name }) => name),
    )
  const checker = program.getTypeChecker()
  const rxjs = ts.resolveModuleName('rxjs', join(ROOT, CONTEXT), OPTIONS, ts.sys).resolvedModule
  const file = rxjs && program.getSourceFile(rxjs.resolvedFileName)
  const symbol = file && checker.getSymbolAtLocation(file)
  offer('rxjs', symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(({ name }) => name))
  offer('vitest', ['it', 'expect'])

  return exports.flatMap(({ name, examples }) =>
    examples.map((text, at) => {
      const { used, declared } = identifiersIn(text)
      const imports = [...used].flatMap((each) => {
        const specifier = declared.has(each) ? undefined : sources.get(each)
        return specifier === undefined ? [] : [`import { ${each} } from '${specifier}'`]
      })
      return { path: `example-${name}-${at}.ts`, text: [...imports, text, 'export {}'].join('\n') }
    }),
  )
}

/** The compiler's errors in the modules in memory. */
export const problemsOf = (program: ts.Program, modules: readonly Module[]): readonly string[] =>
  modules.flatMap(({ path }) => {
    const file = program.getSourceFile(join(ROOT, path))
    const problems = file && [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]
    return (problems ?? []).map(
      ({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
  })

export const CONTEXT_FILES = [...ENTRIES, CONTEXT]
