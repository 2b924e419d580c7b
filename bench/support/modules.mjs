// @ts-check
import { readFileSync } from 'node:fs'
import { page, pageWithoutServer } from '../../test/support/page.mjs'

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** @param {string} name of a fixture of the tests */
export const fixture = (name) =>
  readFileSync(new URL(`../../test/fixtures/built/${name}.wasm`, import.meta.url))

/** `add` of two numbers, 41 bytes, for a start command. */
export const ADD = { name: 'add', file: fixture('add').toString('base64'), inputs: [10, 20] }
export const ADD_RESULT = '30'

/** @param {number} value unsigned @returns {number[]} */
const leb = (value) => (value < 128 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 128))])

/** @param {number} id @param {Buffer} body */
const section = (id, body) => Buffer.concat([Buffer.from([id, ...leb(body.length)]), body])

/** @param {number} seed */
const random = (seed) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed >>> 8
}

/**
 * A module of about `size` bytes of code, of functions of 1 KB: sums of a parameter and constants. The first is
 * exported as `add`. Other seeds give other modules.
 * @param {number} size
 * @param {number} seed
 */
export const codeModule = (size, seed) => {
  const next = random(seed)
  const body = () => {
    const code = [0x20, 0]
    while (code.length < 1000)
      code.push(0x41, 0x80 | (next() & 0x7f), 0x80 | (next() & 0x7f), next() & 0x3f, 0x6a)
    return Buffer.from([...leb(code.length + 2), 0, ...code, 0x0b])
  }
  const bodies = Array.from({ length: Math.max(1, Math.round(size / 1004)) }, body)
  const count = leb(bodies.length)
  return Buffer.concat([
    Buffer.from(MAGIC),
    section(1, Buffer.from([1, 0x60, 1, 0x7f, 1, 0x7f])),
    section(3, Buffer.from([...count, ...bodies.map(() => 0)])),
    section(7, Buffer.from([1, 3, ...Buffer.from('add'), 0, 0])),
    section(10, Buffer.concat([Buffer.from(count), ...bodies])),
  ])
}

/**
 * `add` with a custom section that makes it `size` bytes long: it takes no time to compile, so what is measured is the
 * way to the guest. Other seeds give other modules.
 * @param {number} size
 * @param {number} seed
 */
export const paddedAdd = (size, seed) => {
  const add = fixture('add')
  const padding = Buffer.alloc(size - add.length - 5, `${seed}.`)
  padding.set([4, ...Buffer.from('fill')])
  return Buffer.concat([add, section(0, padding)])
}

/** @param {string} name `page`, `page-export` (the same, its typed export callable), or a fixture of the tests */
const componentNamed = (name) =>
  name === 'page' ? page() : name === 'page-export' ? pageWithoutServer() : fixture(`components/${name}`)

/**
 * A component with a custom section: other seeds give other binaries.
 * @param {string} name
 * @param {number} seed
 */
export const component = (name, seed) =>
  Buffer.concat([componentNamed(name), section(0, Buffer.from(`\x04seed${seed}`))])
