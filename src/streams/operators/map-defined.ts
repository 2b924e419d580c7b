import { filter, map, type OperatorFunction } from 'rxjs'

/**
 * Maps each value, and leaves out those that map to undefined. Unlike `concatMap` with arrays it creates no stream for each
 * value, which counts with thousands of events a second.
 *
 * @example
 * ```ts
 * const image$ = start$.pipe(mapDefined(({ source }) => (source.type === 'image' ? source.image : undefined)))
 * ```
 */
export const mapDefined =
  <T, R>(project: (value: T) => R | undefined): OperatorFunction<T, R> =>
  (source$) =>
    source$.pipe(
      map(project),
      filter((mapped) => mapped !== undefined),
    )
