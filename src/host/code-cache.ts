import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { codeOf } from '../model/code-of.js'

/** A bundle whose name has a hash of its content, so that a cached form of it can't be that of another build. */
const HASHED = /^(.+)-[\w-]{8}\.cjs$/
const CHECKSUM_BYTES = 4

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
 * Loads our CommonJS bundles from the form that V8 compiled them to the last time: what `module.enableCompileCache` does, for
 * versions of Node.js that lack it (before 22.1). A bundle can't use `import()`.
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

  /** @param directory Where the compiled forms are; only we may be able to write to it. Created by `store`. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** What the bundle at this path exports. Throws what it throws, and where it can't be read. */
  load(path: string): unknown {
    const known = this.#modules.get(path)
    if (known !== undefined) return known.exports
    const module: Module = { exports: {} }
    this.#modules.set(path, module)
    const require = createRequire(path)
    const compiled = this.#compile(path).runInThisContext() as Wrapped
    compiled(
      module.exports,
      (id) => (id.startsWith('.') ? this.load(resolve(dirname(path), id)) : require(id)),
      module,
      path,
      dirname(path),
    )
    return module.exports
  }

  /** Stores what had to be compiled, with the functions that have run since. A disk that is full or read-only is left alone. */
  store(): void {
    const fresh = [...this.#fresh]
    this.#fresh.clear()
    if (fresh.length === 0) return
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      for (const [name, script] of fresh) this.#write(name, script.createCachedData())
    } catch (error) {
      if (codeOf(error) === undefined) throw error
    }
  }

  #compile(filename: string): Script {
    const name = basename(filename)
    const cachedData = HASHED.test(name) ? this.#read(name) : undefined
    const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(filename, 'utf8')}\n})`
    const script = new Script(source, { filename, cachedData })
    if (HASHED.test(name) && (cachedData === undefined || script.cachedDataRejected === true))
      this.#fresh.set(name, script)
    return script
  }

  /** V8 does not check what it is given: a file that a power failure cut short would crash the process at each start. */
  #read(name: string): Buffer | undefined {
    try {
      const stored = readFileSync(join(this.#directory, name))
      const data = stored.subarray(CHECKSUM_BYTES)
      return stored.length > CHECKSUM_BYTES && stored.readUInt32LE() === crc32(data) ? data : undefined
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return undefined
    }
  }

  #write(name: string, data: Buffer): void {
    const checksum = Buffer.alloc(CHECKSUM_BYTES)
    checksum.writeUInt32LE(crc32(data))
    const whole = join(this.#directory, name)
    const part = `${whole}.${process.pid}`
    writeFileSync(part, Buffer.concat([checksum, data]), { mode: 0o600 })
    renameSync(part, whole)
    const bundle = HASHED.exec(name)?.[1]
    for (const other of readdirSync(this.#directory))
      if (other !== name && HASHED.exec(other)?.[1] === bundle)
        rmSync(join(this.#directory, other), { force: true })
  }
}
