import type { Publication } from '../../model/publication.js'
import { contentAt, contentOf } from './contents.js'
import type { Command, KeptResult, Ledger } from './ledger.js'
import type { Segments } from './segments.js'
import type { Unfinished } from '../../model/journal.js'

/** How often a command that a guest may have started is run again after early crashes. */
const MAX_RERUNS = 5
/** The same for a command that was only waiting, so that another one must have caused the crash. */
const MAX_WAITS = 100

/** What an earlier process left, in order. */
export type Recovered = {
  readonly unfinished: readonly Unfinished[]
  /** Results that the broker has not acknowledged. */
  readonly results: readonly Publication[]
}

export type RecoverParts = {
  readonly ledger: Ledger
  readonly segments: Segments
  /** Called when a content cannot be read and is given up. */
  readonly lost: (what: 'command' | 'result', error: unknown) => void
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const inOrder = <T extends { readonly number: number }>(live: ReadonlyMap<number, T>): readonly T[] =>
  [...live.values()].sort((a, b) => a.number - b.number)

/** Whether the next process runs a command that has no answer by then. */
export const runsAgain = ({ contentBytes, once, stopped, reruns }: Command): boolean =>
  contentBytes > 0 && !stopped && reruns < (once ? MAX_WAITS : MAX_RERUNS)

export const recover = async ({ ledger, segments, lost }: RecoverParts): Promise<Recovered> => {
  const unfinishedOf = async (command: Command): Promise<Unfinished> => {
    const { number: sequence, id, subtopic, invocation, env, stopped: isStopped } = command
    const interrupted: Unfinished = {
      type: 'interrupted',
      sequence,
      id,
      invocation: invocation && { id: invocation.id },
      env,
      isStopped,
    }
    if (!runsAgain(command)) return interrupted
    try {
      const payload = await contentOf(segments, command)
      return { type: 'again', message: { subtopic, payload, sequence } }
    } catch (error) {
      lost('command', error)
      return interrupted
    }
  }
  const publicationOf = async ({ number, subtopic, place }: KeptResult): Promise<Publication | undefined> => {
    try {
      const encoded = await contentAt(segments, place)
      const payload: unknown = JSON.parse(encoded.toString())
      if (!isObject(payload)) throw new Error('it is not an object')
      return { subtopic, payload, keep: 'all', sequence: number, encoded }
    } catch (error) {
      lost('result', error)
      return undefined
    }
  }
  const unfinished: Unfinished[] = []
  for (const command of inOrder(ledger.commands)) unfinished.push(await unfinishedOf(command))
  const results: Publication[] = []
  for (const result of inOrder(ledger.results)) {
    const publication = await publicationOf(result)
    if (publication !== undefined) results.push(publication)
  }
  return { unfinished, results }
}
