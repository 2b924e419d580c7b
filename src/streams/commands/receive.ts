import { map, merge, type Observable } from 'rxjs'
import type { Command, Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { TaskJournal } from '../../model/journal.js'
import { decode, type DecodeDeps } from './decode.js'
import { record } from './record.js'
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
 * const receiveInputs: ReceiveInputs = { message$, command$: EMPTY }
 * ```
 */
export type ReceiveInputs = {
  readonly message$: Observable<InboundMessage>
  /** Commands from elsewhere than the broker. They are not journaled: nobody would resend them. */
  readonly command$: Observable<Command>
}

/**
 * Everything addressed to this proplet. Commands from the broker are in the journal before anything acts on them.
 *
 * @example
 * ```ts
 * const received$ = receive(
 *   { message$, command$: EMPTY },
 *   { decoder, journal, clock: asyncScheduler, settings: { propletId: 'proplet-1' } },
 * )
 * ```
 */
export const receive = (
  { message$, command$ }: ReceiveInputs,
  { decoder, journal, clock, settings: { propletId } }: ReceiveDeps,
): Observable<Received<Decoded>> =>
  merge(
    message$.pipe(decode({ decoder, clock }), target(propletId), record(journal)),
    command$.pipe(
      map((command): Received<Decoded> => ({ ...command, receivedAt: clock.now() })),
      target(propletId),
    ),
  )
