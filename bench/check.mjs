// Measures what checking a large component costs compared with the engine's own work, in CPU time of one process.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { bundle, inRoot, write } from '../scripts/bundle.mjs'

const RUNS = 5
const CORE_BYTES = 14 * 1024 * 1024

const leb = (value) => (value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))])
const sized = (bytes) => [...leb(bytes.length), ...bytes]
const section = (id, ...content) => [id, ...sized(content.flat(Infinity))]

/** A large core module of functions of about 70 bytes, all exported, as in dynamically linked Python. */
const largeModule = () => {
  const body = [0, ...Array(32).fill([0x41, 0x01, 0x1a]).flat(), 0x0b]
  const entry = sized(body)
  const count = Math.floor(CORE_BYTES / entry.length)
  const types = Buffer.from(section(1, 1, 0x60, 0, 0))
  const functions = Buffer.concat([Buffer.from(leb(count)), Buffer.alloc(count)])
  const exported = Array.from({ length: 4000 }, (_, index) => [
    ...sized([...Buffer.from(`function-${index}`)]),
    0,
    ...leb(index),
  ])
  const exports = Buffer.from([...leb(exported.length), ...exported.flat()])
  const code = Buffer.concat([Buffer.from(leb(count)), ...Array(count).fill(Buffer.from(entry))])
  const wrap = (id, content) => Buffer.concat([Buffer.from([id, ...leb(content.length)]), content])
  return Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    types,
    wrap(3, functions),
    wrap(7, exports),
    wrap(10, code),
  ])
}

const large = () => {
  const module = largeModule()
  return new Uint8Array(
    Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, ...leb(module.length)]), module]),
  )
}

await write(
  bundle({
    from: 'packages/component',
    to: 'build/bench',
    modules: ['check/check', 'binary/decode'],
    chunkFileNames: 'chunks/[name]-[hash].js',
  }),
)
const { checkTypes } = await import(inRoot('build/bench/check/check.js'))
const { decodeComponent } = await import(inRoot('build/bench/binary/decode.js'))

const [, , path] = process.argv
const bytes = path === undefined ? large() : new Uint8Array(readFileSync(path))

const timed = (act) => {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
const decode = median(Array.from({ length: RUNS }, () => timed(() => decodeComponent(bytes))))
const both = median(Array.from({ length: RUNS }, () => timed(() => checkTypes(decodeComponent(bytes)))))
const engine = median(
  Array.from({ length: RUNS }, () =>
    timed(() => {
      for (const { kind, start, end } of decodeComponent(bytes).root.definitions)
        if (kind === 'core-module') WebAssembly.validate(bytes.subarray(start, end))
    }),
  ),
)
console.log(
  `a component of ${(bytes.length / 2 ** 20).toFixed(1)} MiB on Node.js ${process.version}, CPU time, median of ${RUNS}`,
)
console.log(
  `decode ${decode.toFixed(1)} ms, check ${(both - decode).toFixed(1)} ms, the engine's validation ${engine.toFixed(1)} ms`,
)
