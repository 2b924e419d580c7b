import type { Watch } from '../../app/watch.js'
import type { OpsRoute } from './router.js'

/** A part of the server: what it serves, and what it watches to know it. */
export type OpsPart = { readonly routes: readonly OpsRoute[]; readonly watch: Watch }
