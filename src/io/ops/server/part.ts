import type { OpsRoute } from './router.js'
import type { Watch } from '../../../model/proplet-events.js'

/** A part of the server: its routes, and the observer that feeds them. */
export type OpsPart = { readonly routes: readonly OpsRoute[]; readonly watch: Watch }
