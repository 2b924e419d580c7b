import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createPreview2, WitError, type Preview2, type Preview2Options } from '../../preview2.js'
import { Descriptor } from '../../preview2/descriptor.js'
import type { DescriptorFlags, OpenFlags } from '../../preview2/open-at.js'

/** A host for a guest whose calls the test makes, through the imports that bindings receive. */
export class TestGuest {
  readonly stdout: Buffer[] = []
  readonly stderr: Buffer[] = []
  readonly #preview2: Preview2

  constructor(options: Partial<Preview2Options> = {}) {
    this.#preview2 = createPreview2({
      args: ['test'],
      env: {},
      preopens: [],
      stdout: (bytes) => this.stdout.push(Buffer.from(bytes)),
      stderr: (bytes) => this.stderr.push(Buffer.from(bytes)),
      ...options,
    })
  }

  get imports(): Preview2['imports'] {
    return this.#preview2.imports
  }

  call(name: string, ...args: readonly unknown[]): unknown {
    const [key = '', member = ''] = name.split('#')
    const called = this.imports[key]?.[member]
    if (!isFunction(called)) throw new Error(`expected a function ${name}`)
    return called(...args)
  }

  /** The preopened directories, by the guest's paths for them. */
  directories(): Readonly<Record<string, Descriptor>> {
    const listed = this.call('wasi:filesystem/preopens#getDirectories')
    if (!Array.isArray(listed)) throw new Error('expected a list')
    return Object.fromEntries(
      listed.map((pair: unknown) => {
        if (!Array.isArray(pair) || !(pair[0] instanceof Descriptor)) throw new Error('expected descriptors')
        return [String(pair[1]), pair[0]]
      }),
    )
  }

  close(): void {
    this.#preview2.close()
  }
}

const isFunction = (value: unknown): value is (...args: readonly unknown[]) => unknown =>
  typeof value === 'function'

export type Sandbox = {
  readonly inside: string
  /** A directory beside `inside`; contains `secret` with the text `SECRET`. */
  readonly outside: string
  readonly guest: TestGuest
  /** The descriptor of `inside`. */
  readonly root: Descriptor
  /** A read-only descriptor of the same directory. */
  readonly readonly: Descriptor
}

/** A fresh sandbox for each test of a file. */
export function eachInSandbox(): { readonly current: Sandbox } {
  const holder: { sandbox?: Sandbox } = {}
  beforeEach(() => {
    const base = mkdtempSync(join(tmpdir(), 'wasi-'))
    const inside = join(base, 'inside')
    const outside = join(base, 'outside')
    mkdirSync(inside)
    mkdirSync(outside)
    writeFileSync(join(outside, 'secret'), 'SECRET')
    const guest = new TestGuest({
      preopens: [
        { hostPath: inside, guestPath: '/', readonly: false },
        { hostPath: inside, guestPath: '/ro', readonly: true },
      ],
    })
    const { '/': root, '/ro': readonly } = guest.directories()
    if (root === undefined || readonly === undefined) throw new Error('expected both directories')
    holder.sandbox = { inside, outside, guest, root, readonly }
  })
  afterEach(() => {
    if (holder.sandbox === undefined) return
    holder.sandbox.guest.close()
    rmSync(join(holder.sandbox.inside, '..'), { recursive: true })
  })
  return {
    get current() {
      if (holder.sandbox === undefined) throw new Error('only for use in a test')
      return holder.sandbox
    },
  }
}

export const FOLLOW = { symlinkFollow: true } as const
export const STAY = { symlinkFollow: false } as const
export const U64_MAX = 2n ** 64n - 1n

/** How a call was refused: the payload of its WitError, or `ok`. Any other error is thrown. */
export function refusal(call: () => unknown): unknown {
  try {
    call()
    return 'ok'
  } catch (error) {
    if (error instanceof WitError) return error.payload
    throw error
  }
}

export const open = (
  base: Descriptor,
  path: string,
  flags: DescriptorFlags = { read: true },
  openFlags: OpenFlags = {},
  follow = true,
): Descriptor => base.openAt({ symlinkFollow: follow }, path, openFlags, flags)

export const create = (base: Descriptor, path: string): Descriptor =>
  open(base, path, { read: true, write: true }, { create: true })

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
/** The first 1000 bytes of a file as text. */
export const contents = (file: Descriptor): string => text(file.read(1000n, 0n)[0])
