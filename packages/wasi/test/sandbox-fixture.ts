import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { RawGuest } from './guest.js'

export type Sandbox = {
  /** The host directory that is preopened as `/` (descriptor 3), and read-only as `/ro` (descriptor 4). */
  readonly inside: string
  /** A directory beside `inside`; contains `secret` with the text `SECRET`. */
  readonly outside: string
  readonly guest: RawGuest
}

/** A fresh sandbox for each test of a file. */
export function eachInSandbox(): { readonly current: Sandbox } {
  const holder: { sandbox?: Sandbox } = {}
  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), 'wasi-'))
    const inside = join(root, 'inside')
    const outside = join(root, 'outside')
    mkdirSync(inside)
    mkdirSync(outside)
    writeFileSync(join(outside, 'secret'), 'SECRET')
    const guest = new RawGuest([
      { hostPath: inside, guestPath: '/', readonly: false },
      { hostPath: inside, guestPath: '/ro', readonly: true },
    ])
    holder.sandbox = { inside, outside, guest }
  })
  afterEach(() => {
    const sandbox = holder.sandbox
    if (sandbox === undefined) return
    sandbox.guest.close()
    rmSync(join(sandbox.inside, '..'), { recursive: true })
  })
  return {
    get current() {
      if (holder.sandbox === undefined) throw new Error('only for use in a test')
      return holder.sandbox
    },
  }
}
