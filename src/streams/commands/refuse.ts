import { map, type OperatorFunction } from 'rxjs'
import type { Decoded, Received, StartCommand } from '../../model/command.js'
import type { Admission, Refusal } from './admit.js'
import type { Arrived } from './decode.js'
import { REDELIVERY_MS } from './dedupe.js'
import { isSameOrder } from './same-order.js'

/**
 * A start that was refused at once, or repeats one that was.
 *
 * @example
 * ```ts
 * const isAnswered = ({ because }: Refused) => because !== 'duplicate'
 * ```
 */
export type Refused = {
  readonly type: 'refused'
  readonly command: StartCommand
  readonly because: Refusal | 'duplicate'
}

type Start = Arrived<StartCommand>
type Seen = { readonly receivedAt: number; readonly refused: Received<StartCommand> | undefined }

/** The fate of starts that arrived within the last `REDELIVERY_MS`, by ID. */
class RecentStarts {
  readonly #seen = new Map<string, Seen>()

  /** The fate of an earlier start with this ID. */
  find({ id, receivedAt }: Start): Seen | undefined {
    for (const [oldest, seen] of this.#seen) {
      // The clock may be set back.
      if (Math.abs(receivedAt - seen.receivedAt) < REDELIVERY_MS) break
      this.#seen.delete(oldest)
    }
    return this.#seen.get(id)
  }

  add({ id, receivedAt }: Start, refused: Received<StartCommand> | undefined): void {
    this.#seen.delete(id)
    this.#seen.set(id, { receivedAt, refused })
  }

  forget(id: string): void {
    this.#seen.delete(id)
  }
}

/**
 * Refuses starts for which there is no room, before anything is recorded or subscribed to for them, so that thousands at a time
 * cost little. Starts of tasks that are under way pass, and so do those that an earlier process had recorded.
 *
 * @example
 * ```ts
 * const command$ = message$.pipe(decode({ decoder, clock: asyncScheduler }), refuse(admission))
 * ```
 */
export const refuse = ({
  isUnderWay,
  whyFull,
}: Pick<Admission, 'isUnderWay' | 'whyFull'>): OperatorFunction<
  Arrived<Decoded>,
  Arrived<Decoded | Refused>
> => {
  const recent = new RecentStarts()

  const check = (start: Start): Arrived<Decoded | Refused> => {
    const { message, ...order } = start
    const refused = (because: Refused['because']) =>
      ({ type: 'refused', command: start, because, message, receivedAt: start.receivedAt }) as const
    const earlier = recent.find(start)
    if (earlier !== undefined) {
      if (earlier.refused === undefined) return start
      if (isSameOrder(earlier.refused, order)) return refused('duplicate')
    }
    const passes = isUnderWay(start.id) || message.sequence !== undefined
    const because = passes ? undefined : whyFull(start)
    recent.add(start, because && order)
    return because === undefined ? start : refused(because)
  }

  return map((arrived) => {
    if (arrived.type === 'stop') recent.forget(arrived.id)
    return arrived.type === 'start' ? check(arrived) : arrived
  })
}
