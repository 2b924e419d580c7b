import { createRequire } from 'node:module'
import type * as halParts from './hal.js'
import type * as network from './network.js'
import type * as preview3 from './preview3.js'
import type * as stdin from './stdin.js'

const require = createRequire(import.meta.url)

/** WASI 0.3, loaded for the first component that needs it. */
export const loadPreview3 = () => require('../host/preview3.js') as typeof preview3

/** Sockets and outgoing HTTP, loaded for the first component that imports them. */
export const networking = () => require('../host/network.js') as typeof network

/** The hardware abstraction layer, loaded for the first guest that imports it. */
export const hal = () => require('../host/hal.js') as typeof halParts

/** Standard input, loaded for the first task that has one. */
export const standardInput = () => require('../host/stdin.js') as typeof stdin
