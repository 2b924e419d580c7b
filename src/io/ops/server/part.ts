import type { OpsRoute } from './router.js'
import type { Watch } from '../../../model/proplet-events.js'

/** A part of the server: what it serves, and what it watches to know it. */
export type OpsPart = { readonly routes: readonly OpsRoute[]; readonly watch: Watch }
