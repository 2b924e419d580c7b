import { createRequire } from 'node:module'
import type * as task from './component-task.js'
import type * as http from './http/serve.js'
import type * as jco from './jco/prepare.js'
import type * as linker from './linker.js'
import type * as network from './network.js'
import type * as preview3 from './preview3.js'
import type * as stdin from './stdin.js'

const require = createRequire(import.meta.url)

/** What it takes to run those of WASI 0.3, loaded when the first one comes. */
export const loadPreview3 = () => require('./preview3.js') as typeof preview3

/**
 * What it takes to run components, loaded when the first one comes: a guest boots in half the time without, and is 6 MB
 * smaller. By `require`, which loads modules synchronously since Node 20.19.
 */
export const components = () => ({
  link: require('./linker.js') as typeof linker,
  task: require('./component-task.js') as typeof task,
})

/** What it takes beyond that to serve HTTP. */
export const httpServing = () => require('./http/serve.js') as typeof http

/** What it takes to use the network. */
export const networking = () => require('./network.js') as typeof network

/** What it takes to read standard input. */
export const standardInput = () => require('./stdin.js') as typeof stdin

/** What prepares components with jco instead of the linker. */
export const preparingWithJco = () => require('./jco/prepare.js') as typeof jco
