import { map, merge, type Observable } from 'rxjs'
import type { Command, Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { TaskJournal } from '../../model/journal.js'
import type { Admission } from './admit.js'
import { decode, type DecodeDeps } from './decode.js'
import { record } from './record.js'
import { refuse, type Refused } from './refuse.js'
import { target } from './target.js'

/**
 * The decoder, the journal and the ID of this proplet.
 *
 * @example
 * ```ts
 * const receiveDeps: ReceiveDeps = {
 *   decoder,
 *   journal: undefined,
 *   clock: asyncScheduler,
 *   settings: { propletId: 'proplet-1' },
 * }
 * ```
 */
export type ReceiveDeps = DecodeDeps & {
  readonly settings: { readonly propletId: string }
  readonly journal: TaskJournal | undefined
}

/**
 * Messages of the broker, and commands that come from elsewhere.
 *
 * @example
 * ```ts
 * const receiveInputs: ReceiveInputs = { message$, command$: EMPTY, admission }
 * ```
 */
export type ReceiveInputs = {
  readonly message$: Observable<InboundMessage>
  /** Commands from elsewhere than the broker. They are not journaled: nobody would resend them. */
  readonly command$: Observable<Command>
  readonly admission: Pick<Admission, 'isUnderWay' | 'whyFull'>
}

/**
 * Everything addressed to this proplet. Commands from the broker are in the journal before anything acts on them.
 *
 * @example
 * ```ts
 * const received$ = receive(
 *   { message$, command$: EMPTY, admission },
 *   { decoder, journal, clock: asyncScheduler, settings: { propletId: 'proplet-1' } },
 * )
 * ```
 */
export const receive = (
  { message$, command$, admission }: ReceiveInputs,
  { decoder, journal, clock, settings: { propletId } }: ReceiveDeps,
): Observable<Received<Decoded | Refused>> =>
  merge(
    message$.pipe(decode({ decoder, clock }), target(propletId), refuse(admission), record(journal)),
    command$.pipe(
      map((command): Received<Decoded> => ({ ...command, receivedAt: clock.now() })),
      target(propletId),
    ),
  )
