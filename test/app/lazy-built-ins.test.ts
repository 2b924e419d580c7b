import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { withLazyBuiltIns } from '../../scripts/lazy-built-ins.mjs'

/** Runs a chunk, with `modules` in place of those of Node.js. */
const load = (code: string, modules: Readonly<Record<string, unknown>>) => {
  const asked: string[] = []
  const require = (name: string) => {
    asked.push(name)
    return modules[name]
  }
  const exports: Record<string, (...args: readonly unknown[]) => unknown> = {}
  runInNewContext(withLazyBuiltIns(code) ?? code, { require, exports })
  return { exports, asked }
}

describe('15.4 modules of Node.js, and late parts, in bundles', () => {
  it('are loaded when they are first used, once', () => {
    const { exports, asked } = load(
      `let node_os = require("node:os");
let node_tls = require("node:tls");
exports.name = () => (0, node_os.hostname)();
exports.connect = () => (0, node_tls.connect)();`,
      { 'node:os': { hostname: () => 'edge' }, 'node:tls': {} },
    )
    expect(asked).toStrictEqual([])
    expect([exports['name']?.(), exports['name']?.()]).toStrictEqual(['edge', 'edge'])
    expect(asked).toStrictEqual(['node:os'])
  })

  it('are loaded with the bundle where a class extends what they have', () => {
    const { exports, asked } = load(
      `let node_stream = require("node:stream");
class Tail extends node_stream.Transform {}
exports.tail = () => new Tail() instanceof node_stream.Transform;`,
      {
        'node:stream': {
          Transform: class {
            readonly isBase = true
          },
        },
      },
    )
    expect(asked).toStrictEqual(['node:stream'])
    expect(exports['tail']?.()).toBe(true)
  })

  it('keep their default exports, their constructors and whatever else has their names', () => {
    const { exports } = load(
      `let node_vm = require("node:vm");
let node_zlib = require("node:zlib");
node_zlib = wrap(node_zlib, 1);
function wrap(module, mode) { return { default: module, mode }; }
exports.made = () => new node_vm.Script("text").of;
exports.both = () => ({ node_zlib, mode: node_zlib.mode, level: node_zlib.default.level });
exports.named = () => ({ node_vm: 1 }).node_vm;`,
      {
        'node:vm': {
          Script: class {
            readonly of: string
            constructor(of: string) {
              this.of = of
            }
          },
        },
        'node:zlib': { level: 9 },
      },
    )
    expect(exports['made']?.()).toBe('text')
    expect(exports['both']?.()).toEqual({
      node_zlib: { default: { level: 9 }, mode: 1 },
      mode: 1,
      level: 9,
    })
    expect(exports['named']?.()).toBe(1)
  })

  it('are loaded as late as chunks that are named so', () => {
    const { exports, asked } = load(
      `const require_late_toml = require("../chunks/late-toml-abcd.cjs");
exports.parse = (text) => require_late_toml.parse(text);`,
      { '../chunks/late-toml-abcd.cjs': { parse: (text: unknown) => `parsed ${String(text)}` } },
    )
    expect(asked).toStrictEqual([])
    expect(exports['parse']?.('a')).toBe('parsed a')
    expect(asked).toStrictEqual(['../chunks/late-toml-abcd.cjs'])
  })

  it('leaves other chunks alone', () => {
    expect(withLazyBuiltIns('const other = require("./other.cjs");')).toBeNull()
  })
})
