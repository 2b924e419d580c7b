import { mkdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AT, E, type RawGuest } from './guest.js'
import { eachInSandbox } from './sandbox-fixture.js'

const sandbox = eachInSandbox()
const ROOT = 3

type Dirent = { readonly next: bigint; readonly inode: bigint; readonly type: number; readonly name: string }

/** One call: the complete entries in the buffer, and whether it reported the end of the directory. */
function readdir(
  guest: RawGuest,
  fd: number,
  room: number,
  cookie: bigint,
): { entries: Dirent[]; ended: boolean } {
  const errno = guest.call('fd_readdir', fd, AT.data, room, cookie, AT.result)
  if (errno !== E.SUCCESS) throw new Error(`errno ${errno}`)
  const used = guest.result
  const bytes = guest.bytes.subarray(AT.data, AT.data + used)
  const entries: Dirent[] = []
  for (let at = 0; at + 24 <= used;) {
    const end = at + 24 + bytes.readUInt32LE(at + 16)
    if (end > used) break
    entries.push({
      next: bytes.readBigUInt64LE(at),
      inode: bytes.readBigUInt64LE(at + 8),
      type: bytes.readUInt8(at + 20),
      name: bytes.toString('utf8', at + 24, end),
    })
    at = end
  }
  return { entries, ended: used < room }
}

/** Reads to the end as a C library does: each call continues after the last complete entry. */
function readAll(guest: RawGuest, fd: number, room: number, each?: (entry: Dirent) => void): string[] {
  const names: string[] = []
  for (let cookie = 0n; ;) {
    const { entries, ended } = readdir(guest, fd, room, cookie)
    for (const entry of entries) {
      names.push(entry.name)
      each?.(entry)
    }
    cookie = entries.at(-1)?.next ?? cookie
    if (ended) return names
  }
}

function fill(directory: string, count: number): string[] {
  mkdirSync(directory)
  const names = Array.from({ length: count }, (_, index) => `entry-${index}`)
  for (const name of names) writeFileSync(join(directory, name), '')
  return names
}

describe('fd_readdir', () => {
  it('gives names, types and inodes', () => {
    const { inside, guest } = sandbox.current
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'ü'), '')
    symlinkSync('nowhere', join(inside, 'l'))
    const { entries, ended } = readdir(guest, ROOT, 4096, 0n)
    const inode = (name: string) => statSync(join(inside, name), { bigint: true }).ino
    expect(ended).toBe(true)
    expect(entries.slice(0, 2)).toStrictEqual([
      { next: 1n, inode: inode('.'), type: 3, name: '.' },
      { next: 2n, inode: inode('.'), type: 3, name: '..' },
    ])
    expect(Object.fromEntries(entries.slice(2).map(({ name, type }) => [name, type]))).toStrictEqual({
      d: 3,
      ü: 4,
      l: 7,
    })
    expect(entries.find(({ name }) => name === 'ü')?.inode).toBe(inode('ü'))
  })

  it.each([40, 100, 4096, 65_536])('gives every entry once through a buffer of %i bytes', (room) => {
    const { inside, guest } = sandbox.current
    const names = fill(join(inside, 'd'), 300)
    const read = readAll(guest, guest.opened(ROOT, 'd'), room)
    expect(read.sort()).toStrictEqual(['.', '..', ...names].sort())
  })

  it('keeps its cookies while entries are removed', () => {
    const { inside, guest } = sandbox.current
    const names = fill(join(inside, 'd'), 300)
    const read = readAll(guest, guest.opened(ROOT, 'd'), 200, ({ name }) => {
      if (name.startsWith('entry')) unlinkSync(join(inside, 'd', name))
    })
    expect(read.sort()).toStrictEqual(['.', '..', ...names].sort())
  })

  it('continues from any cookie, and starts again from the first', () => {
    const { inside, guest } = sandbox.current
    fill(join(inside, 'd'), 1100)
    const fd = guest.opened(ROOT, 'd')
    const all: Dirent[] = []
    readAll(guest, fd, 4096, (entry) => all.push(entry))
    for (const index of [1101, 1000, 3, 1, 900]) {
      const from = all[index - 1]?.next ?? 0n
      expect(readdir(guest, fd, 200, from).entries[0]).toStrictEqual(all[index])
    }
    writeFileSync(join(inside, 'd', 'late'), '')
    expect(readAll(guest, fd, 4096)).toContain('late')
  })

  it('is at its end at and beyond the last cookie', () => {
    const { guest } = sandbox.current
    for (const cookie of [2n, 3n, 2n ** 63n, -1n]) {
      expect(readdir(guest, ROOT, 4096, cookie)).toStrictEqual({ entries: [], ended: true })
    }
    expect(readdir(guest, ROOT, 0, 0n).entries).toStrictEqual([])
  })

  it('fills the buffer with as much of an entry as fits', () => {
    const { guest } = sandbox.current
    for (const room of [1, 23, 24, 25, 26]) {
      expect(guest.call('fd_readdir', ROOT, AT.data, room, 0n, AT.result)).toBe(E.SUCCESS)
      expect(guest.result).toBe(room)
    }
  })

  it('leaves out a name that is not UTF-8', () => {
    const { inside, guest } = sandbox.current
    writeFileSync(Buffer.concat([Buffer.from(`${inside}/`), Buffer.from([0xff, 0xfe])]), '')
    writeFileSync(join(inside, '\ufffd'), '')
    expect(readAll(guest, ROOT, 4096)).toStrictEqual(['.', '..', '\ufffd'])
  })

  it('of a removed directory is at its end', () => {
    const { guest } = sandbox.current
    guest.path('path_create_directory', ROOT, 'd')
    const fd = guest.opened(ROOT, 'd')
    guest.path('path_remove_directory', ROOT, 'd')
    expect(readdir(guest, fd, 4096, 2n).entries).toStrictEqual([])
  })
})
