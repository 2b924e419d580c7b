// Imported individually: loading all of rxjs takes longer than everything else in this entry.
import type { Observable } from 'rxjs'
import { defer } from 'rxjs/internal/observable/defer'
import { switchMap } from 'rxjs/internal/operators/switchMap'
import type { PropletOptions } from './proplet.js'
import type { PipelineOutput } from '../streams/pipeline.js'

/**
 * A proplet as a cold observable: it runs while subscribed to, emits its publications and task events, and
 * completes after a clean stop. It errors only if it can't start, for example on an unreadable certificate.
 * Unsubscribing ends it and its guests at once. The code behind it is loaded with the first subscription.
 *
 * @example
 * ```ts
 * const { config } = loadConfig({ env: process.env })
 * await lastValueFrom(createProplet({ config, stop$: stopSignal(process) }), { defaultValue: undefined })
 * ```
 */
export const createProplet = (options: PropletOptions): Observable<PipelineOutput> =>
  defer(() => import('./proplet.js')).pipe(switchMap((app) => app.createProplet(options)))
