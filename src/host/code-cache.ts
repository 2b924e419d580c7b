import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { Script } from 'node:vm'
import { codeOf } from '../model/code-of.js'

/** A bundle with a hash of its content in its name, so that its cached code cannot belong to another build. */
const HASHED = /^(.+)-[\w-]{8}\.cjs$/
/** Its cached code, or what a process that was killed has written of that. */
const CACHED = /^(.+)-[\w-]{8}\.cjs(?:\.\d+)?$/

interface Module {
  exports: unknown
}
type Wrapped = (
  exports: unknown,
  require: (id: string) => unknown,
  module: Module,
  ...paths: string[]
) => void

/**
 * Loads our CommonJS bundles from the form that V8 compiled them to the last time. `module.enableCompileCache` of Node.js keeps only
 * what V8 compiles when it loads a file, a third of what a small component needs; this keeps the functions that have run, too. A bundle
 * can't use `import()`.
 *
 * @example
 * const code = new CodeCache('/home/proplet/.cache/proplet/compile-cache/v20.20.2-x64')
 * const bundle = code.load('/opt/proplet/dist/cli/main.cjs')
 * process.once('exit', () => code.store())
 */
export class CodeCache {
  readonly #directory: string
  readonly #modules = new Map<string, Module>()
  readonly #fresh = new Map<string, Script>()
  /** Of the first bundle: all of them have the same packages. */
  #require: NodeJS.Require | undefined

  /** @param directory of the compiled code, which only this user may be able to write to; created by `store` */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** Returns the exports of the bundle at this path. Throws what the bundle throws, or if it cannot be read. */
  load(path: string): unknown {
    const known = this.#modules.get(path)
    if (known !== undefined) return known.exports
    const module: Module = { exports: {} }
    this.#modules.set(path, module)
    const require = (id: string): unknown =>
      (id.startsWith('node:') ? process.getBuiltinModule(id) : undefined) ?? this.#requireFrom(path, id)
    const compiled = this.#compile(path).runInThisContext() as Wrapped
    const directory = dirname(path)
    compiled(
      module.exports,
      (id) => (id.startsWith('.') ? this.load(resolvedIn(directory, id)) : require(id)),
      module,
      path,
      directory,
    )
    return module.exports
  }

  /** Needed for packages and missing modules only, because that takes a module of Node.js that is slow to load. */
  #requireFrom(path: string, id: string): unknown {
    this.#require ??= createRequire(path)
    return this.#require(id) as unknown
  }

  /**
   * Stores newly compiled code, including functions that have run since. Does nothing if the disk is full or read-only.
   */
  store(): void {
    const fresh = [...this.#fresh]
    this.#fresh.clear()
    if (fresh.length === 0) return
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      for (const [name, script] of fresh) {
        const data = script.createCachedData()
        this.#write(name, data)
        free(data)
      }
    } catch (error) {
      if (codeOf(error) === undefined) throw error
    }
  }

  #compile(filename: string): Script {
    const name = basename(filename)
    const isHashed = HASHED.test(name)
    const cachedData = isHashed ? this.#read(name) : undefined
    const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(filename, 'utf8')}\n})`
    const script = new Script(source, { filename, cachedData })
    if (isHashed && (cachedData === undefined || script.cachedDataRejected === true))
      this.#fresh.set(name, script)
    return script
  }

  #read(name: string): Buffer | undefined {
    try {
      return readFileSync(join(this.#directory, name))
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return undefined
    }
  }

  /**
   * V8 only checks the length of cached data, so a file gets its name once it is complete, even after a power failure.
   */
  #write(name: string, data: Buffer): void {
    const whole = join(this.#directory, name)
    const part = `${whole}.${process.pid}`
    try {
      writeSynced(part, data)
      renameSync(part, whole)
    } catch (error) {
      // On a full disk, each start would leave one more.
      rmSync(part, { force: true })
      throw error
    }
    const bundle = HASHED.exec(name)?.[1]
    for (const other of readdirSync(this.#directory))
      if (other !== name && CACHED.exec(other)?.[1] === bundle)
        rmSync(join(this.#directory, other), { force: true })
  }
}

/** Usually not by `resolve`: enough calls of it would make V8 optimise it, for which V8 loads 3 MB of its own code. */
const resolvedIn = (directory: string, id: string): string =>
  id.startsWith('./') ? `${directory}${id.slice(1)}` : resolve(directory, id)

function writeSynced(path: string, data: Buffer): void {
  const file = openSync(path, 'w', 0o600)
  try {
    writeFileSync(file, data)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Frees the memory of `data` by sending it to a closed port, because V8 does not soon collect the garbage of an idle process. */
function free(data: Buffer): void {
  const { port1, port2 } = new MessageChannel()
  port2.close()
  port1.postMessage(undefined, [data.buffer as ArrayBuffer])
  port1.close()
}
