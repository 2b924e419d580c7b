type TrapClass = { readonly suite: RegExp; readonly ours: RegExp }

/**
 * The suite quotes the messages of wasmtime. If ours differs, both must be in the same class; a message of the suite
 * without a class must be part of ours.
 */
const CLASSES: readonly TrapClass[] = [
  { suite: /unreachable/, ours: /unreachable/ },
  { suite: /unaligned pointer|result not aligned/, ours: /aligned/ },
  {
    suite: /beyond end of memory|out[ -]of[ -]bounds/,
    ours: /out[ -]of[ -]bounds|beyond|outside|end of (?:the )?memory/,
  },
  { suite: /invalid variant discriminant/, ours: /case \d+ of/ },
  { suite: /invalid `char`/, ours: /char/ },
  { suite: /utf-8/i, ours: /utf-?8/i },
  { suite: /cannot enter component instance/, ours: /was called that runs already, or that trapped|enter/ },
  { suite: /cannot leave component instance/, ours: /out of realloc or post-return|leave/ },
  { suite: /unknown handle index/, ours: /handle/ },
  { suite: /used with the wrong type/, ours: /handle.*(?:type|resource|kind)/ },
  { suite: /borrow handles still remain/, ours: /borrow/ },
  { suite: /cannot remove owned resource while borrowed/, ours: /borrowed|lent/ },
]

/** Whether our trap is the one that the suite expects. */
export const isSameTrap = (suite: string, ours: string): boolean =>
  ours.includes(suite.replace(/^wasm trap: /, '')) ||
  CLASSES.some((each) => each.suite.test(suite) && each.ours.test(ours))
