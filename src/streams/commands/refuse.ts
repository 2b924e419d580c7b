import { map, type OperatorFunction } from 'rxjs'
import type { Decoded, StartCommand } from '../../model/command.js'
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
type Seen = { readonly receivedAt: number; readonly refused: Start | undefined }

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

  add(start: Start, isRefused: boolean): void {
    const { id, receivedAt } = start
    this.#seen.delete(id)
    this.#seen.set(id, { receivedAt, refused: isRefused ? start : undefined })
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
    const { message, receivedAt } = start
    const earlier = recent.find(start)
    if (earlier?.refused !== undefined && isSameOrder(earlier.refused, start))
      return { type: 'refused', command: start, because: 'duplicate', message, receivedAt }
    if (earlier !== undefined && earlier.refused === undefined) return start
    const passes = isUnderWay(start.id) || message.sequence !== undefined
    const because = passes ? undefined : whyFull(start)
    recent.add(start, because !== undefined)
    return because === undefined ? start : { type: 'refused', command: start, because, message, receivedAt }
  }

  return map((arrived) => {
    if (arrived.type === 'stop') recent.forget(arrived.id)
    return arrived.type === 'start' ? check(arrived) : arrived
  })
}
