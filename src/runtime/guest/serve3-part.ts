import { createRequire } from 'node:module'
import type * as serve3 from './http/serve3.js'

const require = createRequire(import.meta.url)

/** Serving HTTP by WASI 0.3, loaded for the first component that does. */
export const httpServing3 = () => require('./http/serve3.js') as typeof serve3
