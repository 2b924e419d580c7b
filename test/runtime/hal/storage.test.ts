import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { directoryOfTask } from '../../../src/runtime/hal/storage/paths.js'
import { TaskStorage } from '../../../src/runtime/hal/storage/task-storage.js'

const rootOfTest = () => {
  const root = mkdtempSync(join(tmpdir(), 'hal-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  return root
}
const open = (root: string, more: { readonly maxBytes?: number; readonly secret?: Uint8Array } = {}) =>
  new TaskStorage(
    { directory: root, maxBytes: 2 ** 20, secret: undefined, ...more },
    directoryOfTask(root, 'a/../b'),
  )
const bytes = (text: string) => Buffer.from(text)
const files = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

const KEYS = ['', '../x', 'a\0b', '/etc/passwd', 'é'.repeat(512), 'k'.repeat(1024), '.', '..']

it('issue 16, 3: keys and names are data, and objects survive a restart in any order of opening', async () => {
  const root = rootOfTest()
  const first = open(root)
  for (const name of ['one', '../two'])
    for (const key of KEYS) await first.store(await first.open(name), key, bytes(`${name} ${key}`))
  const again = open(root)
  for (const name of ['../two', 'one']) {
    const container = await again.open(name)
    expect(await again.list(container, null)).toStrictEqual(KEYS.toSorted())
    for (const key of KEYS)
      expect(Buffer.from(await again.retrieve(container, key)).toString()).toBe(`${name} ${key}`)
  }
  expect(files(root)).toHaveLength(2 * (KEYS.length + 1))
  expect(statSync(directoryOfTask(root, 'a/../b')).mode & 0o777).toBe(0o700)
})

it('issue 16, 3: overwriting counts once, a quota holds, and deleting gives back', async () => {
  const storage = open(rootOfTest(), { maxBytes: 8192 + 2 * 4096 })
  const container = await storage.open('c')
  for (const text of ['a', 'b', 'c']) await storage.store(container, 'k', bytes(text))
  await storage.store(container, 'l', bytes('l'))
  await expect(storage.store(container, 'm', bytes('m'))).rejects.toThrow('Storage operation failed: quota')
  await storage.delete(container, 'l')
  await storage.store(container, 'm', bytes('m'))
  expect(await storage.metadata(container, 'm')).toMatchObject({ size: 1 })
  await storage.deleteContainer(container)
  await expect(storage.list(container, null)).rejects.toThrow('Resource not found: Container not found')
  expect(storage.leftBytes).toBe(8192 + 2 * 4096)
})

it('issue 16, 3: with a key, objects are encrypted, and bound to their container and key', async () => {
  const root = rootOfTest()
  const secret = new Uint8Array(32).fill(7)
  const storage = open(root, { secret })
  const container = await storage.open('c')
  await storage.store(container, 'a', bytes('plain text'))
  await storage.store(container, 'b', bytes('other text'))
  const [one = '', two = ''] = files(root).filter((path) => !path.endsWith('name'))
  expect(readFileSync(one, 'latin1')).not.toContain('text')
  writeFileSync(one, readFileSync(two))
  const rejected = async () =>
    (await Promise.allSettled(['a', 'b'].map((key) => storage.retrieve(container, key)))).filter(
      ({ status }) => status === 'rejected',
    ).length
  expect(await rejected()).toBe(1)
  const flipped = readFileSync(two)
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
  writeFileSync(two, flipped)
  expect(await rejected()).toBe(2)
})

it('removes the remains of an interrupted write', async () => {
  const root = rootOfTest()
  const storage = open(root)
  await storage.store(await storage.open('c'), 'k', bytes('v'))
  const [name = ''] = files(root).filter((path) => path.endsWith('name'))
  writeFileSync(join(name, '..', 'tmp-1-1'), 'half')
  const again = open(root)
  expect(await again.list(await again.open('c'), null)).toStrictEqual(['k'])
  expect(files(root)).toHaveLength(2)
})
