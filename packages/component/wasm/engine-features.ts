/** A feature that compilers use by default today and older releases of Node.js lack. */
type Feature = {
  readonly name: string
  /** The major version of Node.js. */
  readonly since: number
  /** V8's error for a module that uses the feature, where it is missing. */
  readonly refusal: RegExp
  /** A module that is valid only if the feature exists. */
  readonly probe: Uint8Array<ArrayBuffer>
}

const module = (...sections: readonly number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections)
const FUNCTION = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00]

const FEATURES: readonly Feature[] = [
  {
    name: 'more than one memory',
    since: 22,
    refusal: /memory count of \d+ exceeds internal limit of 1|At most one memory is supported/,
    // (memory 1) (memory 1)
    probe: module(0x05, 0x05, 0x02, 0x00, 0x01, 0x00, 0x01),
  },
  {
    name: 'memories of 64 bits',
    since: 24,
    refusal: /experimental-wasm-memory64/,
    // (memory i64 1)
    probe: module(0x05, 0x03, 0x01, 0x04, 0x01),
  },
  {
    name: 'tables of 64 bits',
    since: 24,
    refusal: /invalid table elements limits flags/,
    // (table i64 1 funcref)
    probe: module(0x04, 0x04, 0x01, 0x70, 0x04, 0x01),
  },
  {
    name: 'extended constant expressions',
    since: 22,
    refusal: /is not allowed in constant expressions/,
    probe: module(0x06, 0x09, 0x01, 0x7f, 0x00, 0x41, 0x01, 0x41, 0x02, 0x6a, 0x0b),
  },
  {
    name: 'exceptions as references (try_table, exnref)',
    since: 24,
    refusal: /Invalid opcode 0x(?:1f|0a)\b|invalid value type '(?:exnref|noexternref)'/,
    // (func (try_table))
    probe: module(...FUNCTION, 0x0a, 0x08, 0x01, 0x06, 0x00, 0x1f, 0x40, 0x00, 0x0b, 0x0b),
  },
  {
    name: 'garbage collection and typed references',
    since: 22,
    refusal: /experimental-wasm-(?:gc|stringref)|invalid value type 0x40/,
    // (type (struct))
    probe: module(0x01, 0x03, 0x01, 0x5f, 0x00),
  },
  {
    name: 'relaxed SIMD',
    since: 22,
    refusal: /experimental-relaxed-simd/,
    // (func (drop (i8x16.relaxed_swizzle (v128.const 0) (v128.const 0))))
    probe: module(
      ...[...FUNCTION, 0x0a, 0x2b, 0x01, 0x29, 0x00],
      ...[0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)],
      ...[0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)],
      ...[0xfd, 0x80, 0x02, 0x1a, 0x0b],
    ),
  },
]

/**
 * Why this release of Node.js refused a module that newer ones accept, and since which version; undefined if the module is
 * invalid.
 */
export const missingFeature = (refusal: string): Pick<Feature, 'name' | 'since'> | undefined =>
  FEATURES.find((feature) => feature.refusal.test(refusal) && !WebAssembly.validate(feature.probe))
