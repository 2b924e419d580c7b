import { readFileSync } from 'node:fs'
import { createPreview1, ProcessExit, type Preopen, type WasiOptions } from '../preview1.js'

const load = (name: string): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(new URL(`../../../test/fixtures/built/${name}.wasm`, import.meta.url)))

export const rawModule = load('wasi-raw')

export type Run = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** Runs a WASI command in this process. */
export function runCommand(name: string, options: Partial<WasiOptions> = {}): Run {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const wasi = createPreview1({
    args: [name],
    env: {},
    preopens: [],
    stdout: (bytes) => stdout.push(Buffer.from(bytes)),
    stderr: (bytes) => stderr.push(Buffer.from(bytes)),
    ...options,
  })
  try {
    const instance = new WebAssembly.Instance(load(name), { wasi_snapshot_preview1: wasi.imports })
    wasi.bind(memoryOf(instance))
    const status = statusOf(functionOf(instance, '_start'))
    return { status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
  } finally {
    wasi.close()
  }
}

function statusOf(start: (...args: unknown[]) => unknown): number {
  try {
    start()
    return 0
  } catch (error) {
    if (error instanceof ProcessExit) return error.status
    throw error
  }
}

function memoryOf(instance: WebAssembly.Instance): WebAssembly.Memory {
  const memory = instance.exports['memory']
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('expected an exported memory')
  return memory
}

export function functionOf(instance: WebAssembly.Instance, name: string): (...args: unknown[]) => unknown {
  const exported = instance.exports[name]
  if (!isFunction(exported)) throw new Error(`expected an exported function ${name}`)
  return exported
}

const isFunction = (value: unknown): value is (...args: unknown[]) => unknown => typeof value === 'function'

/** The lines that `files.wasm` prints for these commands, with `directory` as `/`. */
export function runFiles(directory: string, ...commands: string[]): string[] {
  const preopens = [{ hostPath: directory, guestPath: '/', readonly: false }]
  const run = runCommand('files', { args: ['files', ...commands], preopens })
  if (run.status !== 0) throw new Error(`files ended with ${run.status}: ${run.stderr}`)
  return run.stdout.trimEnd().split('\n')
}

/** Errnos of wasi/api.h. */
export const E = {
  SUCCESS: 0,
  BADF: 8,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  ILSEQ: 25,
  INVAL: 28,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  NOTSUP: 58,
  PERM: 63,
  ROFS: 69,
  SPIPE: 70,
  NOTCAPABLE: 76,
} as const

export const RIGHTS = { read: 2n, seek: 4n, write: 64n, all: (1n << 30n) - 1n } as const
export const O = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const
/**
 * Addresses that the helpers use for a path, a second path, an iovec and a result; tests may use memory from `data` on.
 */
export const AT = { path: 1024, other: 80_000, iovec: 256, result: 64, data: 160_000 } as const

type Arg = number | bigint
type OpenArgs = {
  readonly flags?: number
  readonly rights?: bigint
  readonly fdflags?: number
  readonly follow?: boolean
}

/** A guest whose calls the test makes, through real WebAssembly imports and a real memory. */
export class RawGuest {
  readonly memory: WebAssembly.Memory
  readonly stdout: Buffer[] = []
  readonly #instance: WebAssembly.Instance
  readonly #wasi: ReturnType<typeof createPreview1>

  constructor(preopens: readonly Preopen[] = [], options: Partial<WasiOptions> = {}) {
    this.#wasi = createPreview1({
      args: ['raw'],
      env: {},
      preopens,
      stdout: (bytes) => this.stdout.push(Buffer.from(bytes)),
      stderr: () => undefined,
      ...options,
    })
    this.#instance = new WebAssembly.Instance(rawModule, { wasi_snapshot_preview1: this.#wasi.imports })
    this.memory = memoryOf(this.#instance)
    this.#wasi.bind(this.memory)
  }

  close(): void {
    this.#wasi.close()
  }

  call(name: string, ...args: Arg[]): number {
    return Number(functionOf(this.#instance, name)(...args))
  }

  grow(pages: number): void {
    this.call('grow', pages)
  }

  get bytes(): Buffer {
    return Buffer.from(this.memory.buffer)
  }

  get result(): number {
    return this.bytes.readUInt32LE(AT.result)
  }

  get result64(): bigint {
    return this.bytes.readBigUInt64LE(AT.result)
  }

  put(at: number, content: string | Uint8Array): [pointer: number, length: number] {
    const bytes = Buffer.from(content)
    this.bytes.set(bytes, at)
    return [at, bytes.length]
  }

  /** Calls a function that takes a descriptor, a path and then `rest`. */
  path(name: string, fd: number, path: string | Uint8Array, ...rest: Arg[]): number {
    return this.call(name, fd, ...this.put(AT.path, path), ...rest)
  }

  /** Returns an errno; after SUCCESS the descriptor is in `result`. */
  open(fd: number, path: string | Uint8Array, options: OpenArgs = {}): number {
    const { flags = 0, rights = RIGHTS.read | RIGHTS.seek, fdflags = 0, follow = true } = options
    const [at, length] = this.put(AT.path, path)
    return this.call(
      'path_open',
      fd,
      follow ? 1 : 0,
      at,
      length,
      flags,
      rights,
      RIGHTS.all,
      fdflags,
      AT.result,
    )
  }

  /** Returns the descriptor; throws on an errno. */
  opened(fd: number, path: string, options: OpenArgs = {}): number {
    const errno = this.open(fd, path, options)
    if (errno !== E.SUCCESS) throw new Error(`${path}: errno ${errno}`)
    return this.result
  }

  iovec(at: number, length: number, index = 0): void {
    this.bytes.writeUInt32LE(at, AT.iovec + index * 8)
    this.bytes.writeUInt32LE(length, AT.iovec + index * 8 + 4)
  }

  write(fd: number, text: string): number {
    this.iovec(...this.put(AT.data, text))
    return this.call('fd_write', fd, AT.iovec, 1, AT.result)
  }

  /** Returns the text that was read, or the errno. */
  read(fd: number, length = 4096): string | number {
    this.iovec(AT.data, length)
    const errno = this.call('fd_read', fd, AT.iovec, 1, AT.result)
    return errno === E.SUCCESS ? this.bytes.toString('utf8', AT.data, AT.data + this.result) : errno
  }

  stat(
    fd: number,
    path: string,
    follow = true,
  ): { errno: number; type: number; size: bigint; links: bigint } {
    const [at, length] = this.put(AT.path, path)
    const errno = this.call('path_filestat_get', fd, follow ? 1 : 0, at, length, AT.data)
    const type = this.bytes.readUInt8(AT.data + 16)
    const links = this.bytes.readBigUInt64LE(AT.data + 24)
    return { errno, type, size: this.bytes.readBigUInt64LE(AT.data + 32), links }
  }

  setTimes(fd: number, path: string, accessed: bigint, modified: bigint, which = 5, follow = true): number {
    const at = this.put(AT.path, path)
    return this.call('path_filestat_set_times', fd, follow ? 1 : 0, ...at, accessed, modified, which)
  }

  symlink(target: string | Uint8Array, fd: number, path: string): number {
    return this.call('path_symlink', ...this.put(AT.other, target), fd, ...this.put(AT.path, path))
  }

  rename(fd: number, path: string, toFd: number, toPath: string): number {
    return this.call('path_rename', fd, ...this.put(AT.path, path), toFd, ...this.put(AT.other, toPath))
  }

  link(fd: number, path: string, toFd: number, toPath: string, follow = false): number {
    const from = this.put(AT.path, path)
    return this.call('path_link', fd, follow ? 1 : 0, ...from, toFd, ...this.put(AT.other, toPath))
  }
}
