import type { IPublishPacket, Packet } from 'mqtt-packet'
import { Subject } from 'rxjs'
import { parseObject, type JsonObject } from '../../src/dev/json.js'
import type { Direction } from './link.js'

/** What is known about one task, from both sides of the broker. */
type Entry = {
  /** The proplet has acknowledged its start, and is responsible for it from here on. */
  isTaken: boolean
  /** How many of its results the broker has acknowledged. */
  delivered: number
  /** The proplet may have forgotten the packet of its start: the broker has released it, or lost the session. */
  isReleased: boolean
  /** The broker sent its start again after that. */
  isRedelivered: boolean
  /** How many sessions the broker had lost when its result was first published in the current one. */
  publishedIn: number | undefined
  /** Its result was published twice as new in one session, although its start was received once. */
  isPublishedTwice: boolean
  /** Its results as received by the Manager. */
  readonly answers: JsonObject[]
}

/** The outcomes of the tasks of a scenario. */
export type Account = {
  readonly tasks: number
  readonly answered: number
  /** How many of the tasks that leave a mark have run. */
  readonly marked: number
  /** How many were answered as interrupted by a restart. */
  readonly interrupted: number
  /** Accepted by the proplet, without a result that the broker acknowledged. */
  readonly lost: readonly string[]
  /** Received by the Manager more than once. */
  readonly duplicated: readonly string[]
  readonly runTwice: readonly string[]
  /**
   * Not received by the proplet, or its result not by the Manager: lost by the broker, or by a client that took over
   * the session.
   */
  readonly lostElsewhere: readonly string[]
  /** Lost, duplicated or run twice although the broker lost nothing that would explain it. */
  readonly unexplained: readonly string[]
}

const START = 'control/manager/start'
const RESULTS = 'control/proplet/results'

const isInterrupted = ({ error }: JsonObject): boolean =>
  typeof error === 'string' && error.includes('interrupted by a restart')

const idOf = (payload: Buffer | string, key: string): string | undefined => {
  const id = parseObject(Buffer.from(payload))?.[key]
  return typeof id === 'string' ? id : undefined
}

/**
 * Observes the link between proplet and broker, to tell what the broker loses from what the proplet loses. Packet IDs
 * belong to a session, so they outlive a connection.
 */
export const createLedger = () => {
  const entries = new Map<string, Entry>()
  const starts = new Map<number, string>()
  const results = new Map<number, string>()
  /** Starts that the broker has not released, by packet ID. */
  const unreleased = new Map<number, string>()
  let lostSessions = 0
  const changes$ = new Subject<void>()

  const entry = (id: string): Entry => {
    const known = entries.get(id) ?? {
      isTaken: false,
      delivered: 0,
      isReleased: false,
      isRedelivered: false,
      publishedIn: undefined,
      isPublishedTwice: false,
      answers: [],
    }
    entries.set(id, known)
    return known
  }
  /** The acknowledgement of a packet in the other direction. */
  const acknowledged = (open: Map<number, string>, messageId = 0): string | undefined => {
    const id = open.get(messageId)
    open.delete(messageId)
    return id
  }

  const release = (id: string | undefined): void => {
    if (id !== undefined) entry(id).isReleased = true
  }
  const published = (direction: Direction, { topic, payload, messageId = 0, dup }: IPublishPacket): void => {
    const open = direction === 'down' ? starts : results
    const isOurs = topic.endsWith(direction === 'down' ? START : RESULTS)
    const id = isOurs ? idOf(payload, direction === 'down' ? 'id' : 'task_id') : undefined
    if (id === undefined) {
      open.delete(messageId)
      return
    }
    open.set(messageId, id)
    const known = entry(id)
    if (direction === 'down') {
      unreleased.set(messageId, id)
      known.isRedelivered ||= known.isReleased
    } else if (!dup) {
      known.isPublishedTwice ||= known.publishedIn === lostSessions && !known.isRedelivered
      known.publishedIn = lostSessions
    }
  }
  const see = (direction: Direction, packet: Packet): void => {
    // without the session, the packet IDs mean nothing
    if (packet.cmd === 'connack' && !packet.sessionPresent) {
      starts.clear()
      for (const id of unreleased.values()) release(id)
      unreleased.clear()
      lostSessions += 1
    }
    if (packet.cmd === 'pubrel' && direction === 'down') release(acknowledged(unreleased, packet.messageId))
    if (packet.cmd === 'publish') published(direction, packet)
    if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec') return
    const id = acknowledged(direction === 'up' ? starts : results, packet.messageId)
    if (id === undefined) return
    if (direction === 'up') entry(id).isTaken = true
    else entry(id).delivered += 1
    changes$.next()
  }

  const isOpen = ({ isTaken, delivered }: Entry): boolean => isTaken && delivered === 0
  /** Whether the proplet was at fault, whatever the broker has lost. */
  const isUnexplained = (task: Entry, runs: number): boolean =>
    isOpen(task) || task.isPublishedTwice || (runs > 1 && !task.isRedelivered)

  return {
    changes$: changes$.asObservable(),
    see,
    answered: (body: JsonObject) => {
      const { task_id } = body
      if (typeof task_id === 'string') entry(task_id).answers.push(body)
      changes$.next()
    },
    /** Those of these tasks whose start the proplet has acknowledged. */
    taken: (ids: readonly string[]) => ids.filter((id) => entry(id).isTaken),
    /** Those that were accepted and are not answered yet. */
    open: (ids: readonly string[]) => ids.filter((id) => isOpen(entry(id))),
    /** Those whose answer the broker has, but the Manager does not. */
    onTheWay: (ids: readonly string[]) =>
      ids.filter((id) => entry(id).delivered > 0 && entry(id).answers.length === 0),
    hasAnswer: (id: string) => entry(id).answers.length > 0,
    account: (ids: readonly string[], runs: ReadonlyMap<string, number>): Account => {
      const where = (fits: (entry: Entry) => boolean) => ids.filter((id) => fits(entry(id)))
      return {
        tasks: ids.length,
        answered: where(({ answers }) => answers.length > 0).length,
        marked: ids.filter((id) => runs.has(id)).length,
        interrupted: where(({ answers }) => answers.some(isInterrupted)).length,
        lost: where(isOpen),
        duplicated: where(({ answers }) => answers.length > 1),
        runTwice: ids.filter((id) => (runs.get(id) ?? 0) > 1),
        lostElsewhere: where(
          ({ isTaken, delivered, answers }) => answers.length === 0 && (!isTaken || delivered > 0),
        ),
        unexplained: ids.filter((id) => isUnexplained(entry(id), runs.get(id) ?? 0)),
      }
    },
  }
}

export type Ledger = ReturnType<typeof createLedger>
