import * as preview2 from '../preview2/random.js'

/** `wasi:random/random`. */
export const { random, insecure } = preview2

/** `wasi:random/insecure-seed`. */
export const insecureSeed = { getInsecureSeed: preview2.insecureSeed.insecureSeed }
