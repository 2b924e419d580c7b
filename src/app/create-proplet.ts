// One by one: all of rxjs takes three times as long to load as everything else that this entry needs.
import type { Observable } from 'rxjs'
import { defer } from 'rxjs/internal/observable/defer'
import { switchMap } from 'rxjs/internal/operators/switchMap'
import type { PropletOptions } from './proplet.js'
import type { PipelineOutput } from '../streams/pipeline.js'

/**
 * A proplet, cold: it lives as long as it is subscribed to, emits what it publishes and what happens to its tasks, and
 * completes after a clean stop. It errors only when it can't begin, such as on a certificate that can't be read.
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
