import { createRequire } from 'node:module'
import type * as task from './component-task.js'
import type * as http from '../http/serve.js'
import type * as jco from '../jco/prepare.js'
import type * as linker from './linker.js'

const require = createRequire(import.meta.url)

/**
 * The component linker, loaded for the first component: without it a guest boots in half the time and is 6 MB smaller. By
 * `require`, which loads modules synchronously since Node 20.19.
 */
export const components = () => ({
  link: require('../task/linker.js') as typeof linker,
  task: require('../task/component-task.js') as typeof task,
})

/** Serving HTTP, loaded for the first component that does. */
export const httpServing = () => require('../http/serve.js') as typeof http
/** What prepares components with jco instead of the linker. */
export const preparingWithJco = () => require('../jco/prepare.js') as typeof jco
