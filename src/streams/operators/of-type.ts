import { filter, type Observable } from 'rxjs'

/**
 * Passes the members of a tagged union that have one of these tags.
 *
 * @example
 * ```ts
 * const end$ = task$.pipe(ofType('ended', 'replaced'))
 * ```
 */
export const ofType =
  <K extends string>(...types: readonly K[]) =>
  <T extends { readonly type: string }>(
    source$: Observable<T>,
  ): Observable<Extract<T, { readonly type: K }>> =>
    source$.pipe(
      filter((value): value is Extract<T, { readonly type: K }> =>
        (types as readonly string[]).includes(value.type),
      ),
    )
