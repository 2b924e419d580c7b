import type { FlatType } from '../wasm/value-types.js'
import type { CoreInstanceDefinition, CoreSort } from '../binary/ast.js'
import type { CanonOptions } from '../binary/canon-ast.js'
import { malformed } from '../binary/error.js'
import type { ModuleShape } from '../wasm/scan.js'
import { asSynchronousTask, enteringInstance } from './calls/start.js'
import type { Builder, Step } from './builder.js'
import type { ImportSource } from './lasting-instances.js'
import type { LinkedModule, Frame, CoreInstanceItem } from './frame.js'
import type { CanonPlan, CoreItem } from './abi/canon-plan.js'
import { resolve } from './calls/core-item.js'
import type { FunctionShape } from './calls/function.js'
import type { Instantiation } from './calls/instantiation.js'

export function linkCoreInstance(
  definition: CoreInstanceDefinition,
  frame: Frame,
  builder: Builder,
  offset: number,
): CoreInstanceItem {
  if (definition.kind === 'core-bundle') {
    const items = definition.exports.map(({ name, sort, index }): [string, CoreItem] => [
      name,
      frame.core(sort, index, offset),
    ])
    return { from: 'bundle', items: new Map(items) }
  }
  const module = builder.module(frame.items.at('core-module', definition.module, offset))
  const { shape } = module
  const args = definition.args.map(({ name, instance }) => ({
    name,
    from: frame.coreInstance(instance, offset),
  }))
  checkArguments(shape, new Map(args.map(({ name, from }) => [name, from])), offset)
  const instance = builder.newCoreInstance(shape, offset)
  builder.lasting.add(instance, module, sourcesOf(shape, args))
  builder.steps.push(instantiateStep(module, args, instance, frame.instance))
  const { functions, wide } = shape
  return { from: 'module', instance, functions, wide }
}

type CoreArgument = { readonly name: string; readonly from: CoreInstanceItem }

/** @param within the number of the component instance */
const instantiateStep =
  (
    { moduleOf, memories, globals }: LinkedModule,
    args: readonly CoreArgument[],
    instance: number,
    within: number,
  ): Step =>
  (instantiation) => {
    if (instantiation.isThere(instance)) return
    const imports = importsOf(instantiation, instance, args)
    const memory = memories && instantiation.memoryFrom(memories)
    if (memory !== undefined) Object.assign(imports, memory.imports)
    const module = moduleOf(instantiation)
    const start = () => new WebAssembly.Instance(module, imports).exports
    const exports = enteringInstance(instantiation.instance(within), () =>
      asSynchronousTask(instantiation, within, start),
    )
    instantiation.core[instance] = exports
    if (memory !== undefined && globals !== undefined) instantiation.remember(exports, globals, memory.memory)
  }

function importsOf(
  instantiation: Instantiation,
  instance: number,
  args: readonly CoreArgument[],
): WebAssembly.Imports {
  const known = instantiation.coreImports[instance]
  if (known !== undefined) return known
  const imports = emptyNamespaces()
  for (const { name, from } of args) imports[name] = namespaceOf(instantiation, from)
  if (args.every(({ from }) => lasts(instantiation, from))) instantiation.coreImports[instance] = imports
  return imports
}

function lasts(instantiation: Instantiation, from: CoreInstanceItem): boolean {
  if (from.from === 'module') return instantiation.lasts(from.instance)
  return [...from.items.values()].every((item) => item.from === 'host' || instantiation.lasts(item.instance))
}

/** Where each import of a module comes from. */
const sourcesOf = (shape: ModuleShape, args: readonly CoreArgument[]): readonly ImportSource[] =>
  shape.imports.flatMap(({ module, name, kind }) => {
    const from = args.find((each) => each.name === module)?.from
    if (from?.from === 'module') return [{ kind, instance: from.instance }]
    const item = from?.items.get(name)
    return item === undefined ? [] : [{ kind, instance: item.from === 'host' ? undefined : item.instance }]
  })

// Without a prototype, because guests choose the names.
const emptyNamespaces = (): WebAssembly.Imports => Object.create(null) as WebAssembly.Imports
const emptyNamespace = (): WebAssembly.ModuleImports => Object.create(null) as WebAssembly.ModuleImports

function namespaceOf(instantiation: Instantiation, from: CoreInstanceItem): WebAssembly.ModuleImports {
  if (from.from === 'module') return instantiation.core[from.instance] ?? {}
  const namespace = emptyNamespace()
  for (const [name, item] of from.items) namespace[name] = resolve(instantiation, item)
  return namespace
}

function checkArguments(
  shape: ModuleShape,
  args: ReadonlyMap<string, CoreInstanceItem>,
  offset: number,
): void {
  for (const { module, name } of shape.imports) {
    const from = args.get(module)
    if (from === undefined || (from.from === 'bundle' && !from.items.has(name))) {
      const wanted = JSON.stringify(`${module}.${name}`.slice(0, 120))
      throw malformed(`a core module imports ${wanted}, which it is not given,`, offset)
    }
  }
}

/** An export of a core instance. */
export function coreExport(
  frame: Frame,
  instance: number,
  name: string,
  sort: CoreSort,
  offset: number,
): CoreItem {
  const from = frame.coreInstance(instance, offset)
  if (from.from === 'bundle') {
    const item = from.items.get(name)
    if (item === undefined)
      throw malformed(`core instance ${instance} exports no ${JSON.stringify(name.slice(0, 60))}`, offset)
    return item
  }
  const signature = sort === 'core-func' ? from.functions.get(name) : undefined
  if (sort === 'core-func' && signature === undefined)
    throw malformed(
      `core instance ${instance} exports no function ${JSON.stringify(name.slice(0, 60))}`,
      offset,
    )
  const address = from.wide.has(name) ? 'i64' : 'i32'
  return { from: 'instance', instance: from.instance, name, signature, address }
}

export function canonPlan(options: CanonOptions, frame: Frame, offset: number): CanonPlan {
  const func = (index: number | undefined) =>
    index === undefined ? undefined : frame.core('core-func', index, offset)
  const realloc = func(options.realloc)
  const memory = options.memory === undefined ? undefined : frame.core('core-memory', options.memory, offset)
  const address = memory?.from === 'instance' ? memory.address : 'i32'
  if (realloc !== undefined)
    checkSignature(realloc, [address, address, address, address], [address], 'realloc', offset)
  return {
    instance: frame.instance,
    strings: options.stringEncoding,
    memory,
    address,
    realloc,
    postReturn: func(options.postReturn),
  }
}

export function checkSignature(
  item: CoreItem,
  params: readonly FlatType[],
  results: readonly FlatType[],
  what: string,
  offset: number,
): void {
  const { signature } = item
  if (signature === undefined) throw malformed(`${what} is not a function`, offset)
  if (!equal(signature.params, params) || !equal(signature.results, results))
    throw malformed(
      `${what} is (${signature.params.join(' ')}) -> (${signature.results.join(' ')}), ` +
        `expected (${params.join(' ')}) -> (${results.join(' ')}),`,
      offset,
    )
}

const equal = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index])

/** The core types of a lifted function, or with `lowers` of a lowered one. */
export function coreSignature(
  shape: FunctionShape,
  lowers: boolean,
): { readonly params: readonly FlatType[]; readonly results: readonly FlatType[] } {
  const params = shape.flatParams ?? [shape.address]
  const results = shape.spillsResult ? [shape.address] : (shape.result?.flat ?? [])
  if (!lowers || !shape.spillsResult) return { params, results }
  return { params: [...params, shape.address], results: [] }
}

/** The core types of a lifted function. */
export function liftSignature(
  shape: FunctionShape,
  { async, callback }: CanonOptions,
): ReturnType<typeof coreSignature> {
  const { params, results } = coreSignature(shape, false)
  if (!async) return { params, results }
  return { params, results: callback === undefined ? [] : ['i32'] }
}
