import { map, merge, type Observable } from 'rxjs'
import type { Command, Decoded, Received } from '../../model/command.js'
import type { InboundMessage } from '../../model/connection.js'
import type { TaskJournal } from '../../model/journal.js'
import { decode, type DecodeDeps } from './decode.js'
import { record } from './record.js'
import { target } from './target.js'

export type ReceiveDeps = DecodeDeps & {
  readonly settings: { readonly propletId: string }
  readonly journal: TaskJournal | undefined
}

export type ReceiveInputs = {
  readonly message$: Observable<InboundMessage>
  /** Commands that come another way than over the broker. They are not journaled: nobody sends them again. */
  readonly command$: Observable<Command>
}

/** All that is for this proplet; what came over the broker is on record before anything is done about it. */
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
