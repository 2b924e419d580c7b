import * as preview2 from '../preview2/random.js'

/** `wasi:random/random`. */
export const { random, insecure } = preview2

/** `wasi:random/insecure-seed` of one instance, which may be read once. */
export function insecureSeed(): { readonly getInsecureSeed: () => [bigint, bigint] } {
  let seed: [bigint, bigint] | undefined
  return { getInsecureSeed: () => (seed ??= preview2.insecureSeed.insecureSeed()) }
}
