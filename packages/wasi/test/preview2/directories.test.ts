import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Descriptor } from '../../preview2/descriptor.js'
import { FOLLOW, STAY, create, eachInSandbox, open, refusal } from './sandbox.js'

const sandbox = eachInSandbox()

function readAll(directory: Descriptor, each?: (name: string) => void): Record<string, string> {
  const stream = directory.readDirectory()
  const entries: Record<string, string> = {}
  for (let entry = stream.readDirectoryEntry(); entry !== undefined; entry = stream.readDirectoryEntry()) {
    entries[entry.name] = entry.type
    each?.(entry.name)
  }
  expect(stream.readDirectoryEntry()).toBeUndefined()
  stream[Symbol.dispose]()
  return entries
}

describe('read-directory', () => {
  it('gives names and types, without dot entries and names that are not UTF-8', () => {
    const { inside, root } = sandbox.current
    expect(readAll(root)).toStrictEqual({})
    mkdirSync(join(inside, 'd'))
    writeFileSync(join(inside, 'ü'), '')
    symlinkSync('nowhere', join(inside, 'l'))
    writeFileSync(Buffer.concat([Buffer.from(`${inside}/`), Buffer.from([0xff, 0xfe])]), '')
    expect(readAll(root)).toStrictEqual({ d: 'directory', ü: 'regular-file', l: 'symbolic-link' })
  })

  it('gives every entry once, in streams that do not disturb one another, while entries are removed', () => {
    const { inside, root } = sandbox.current
    mkdirSync(join(inside, 'd'))
    const names = Array.from({ length: 300 }, (_, index) => `entry-${index}`)
    for (const name of names) writeFileSync(join(inside, 'd', name), '')
    const directory = open(root, 'd')
    const early = directory.readDirectory()
    expect(early.readDirectoryEntry()?.name).toMatch(/^entry-/)
    expect(Object.keys(readAll(directory)).sort()).toStrictEqual([...names].sort())
    const removed = readAll(directory, (name) => unlinkSync(join(inside, 'd', name)))
    expect(Object.keys(removed).sort()).toStrictEqual([...names].sort())
    expect(readAll(directory)).toStrictEqual({})
    early[Symbol.dispose]()
    expect(refusal(() => early.readDirectoryEntry())).toBe('bad-descriptor')
  })

  it('of a removed directory is at its end', () => {
    const { root } = sandbox.current
    root.createDirectoryAt('d')
    const directory = open(root, 'd')
    root.removeDirectoryAt('d')
    expect(readAll(directory)).toStrictEqual({})
  })
})

describe('names', () => {
  it('are created, renamed and removed', () => {
    const { inside, root } = sandbox.current
    root.createDirectoryAt('d')
    expect(refusal(() => root.createDirectoryAt('d'))).toBe('exist')
    create(root, 'f')
    const directory = open(root, 'd')
    root.renameAt('f', directory, 'g')
    root.linkAt(STAY, 'd/g', root, 'h')
    expect(statSync(join(inside, 'h')).nlink).toBe(2)
    expect(refusal(() => root.linkAt(STAY, 'h', directory, 'g'))).toBe('exist')
    expect(refusal(() => root.linkAt(STAY, 'none', directory, 'x'))).toBe('no-entry')
    expect(refusal(() => root.linkAt(STAY, 'd', root, 'x'))).toBe('not-permitted')
    expect(refusal(() => root.renameAt('none', root, 'x'))).toBe('no-entry')
    expect(refusal(() => root.removeDirectoryAt('d'))).toBe('not-empty')
    expect(refusal(() => root.removeDirectoryAt('h'))).toBe('not-directory')
    expect(refusal(() => root.unlinkFileAt('d'))).toBe('is-directory')
    directory.unlinkFileAt('g')
    root.unlinkFileAt('h')
    root.removeDirectoryAt('d')
    expect(refusal(() => root.unlinkFileAt('h'))).toBe('no-entry')
    expect(readdirSync(inside)).toStrictEqual([])
  })

  it('can be symbolic links, followed if requested', () => {
    const { inside, root } = sandbox.current
    create(root, 'f')
    root.symlinkAt('f', 'l')
    expect(root.readlinkAt('l')).toBe('f')
    expect(refusal(() => root.readlinkAt('f'))).toBe('invalid')
    expect(refusal(() => root.symlinkAt('x', 'l'))).toBe('exist')
    root.linkAt(STAY, 'l', root, 'link')
    root.linkAt(FOLLOW, 'l', root, 'file')
    expect(readlinkSync(join(inside, 'link'))).toBe('f')
    expect(statSync(join(inside, 'f')).nlink).toBe(2)
    root.unlinkFileAt('l')
    expect(existsSync(join(inside, 'f'))).toBe(true)
  })
})
