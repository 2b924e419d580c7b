import type { Connection } from '../../model/connection.js'
import type { Answer, ChannelMessage } from '../client/channel-message.js'
import { cut } from './cut.js'
import { WatchedFetches } from './fetches.js'
import { WatchedProplets } from './proplets.js'
import type { TaskPhase, WatchView } from './rows.js'
import { WatchedTasks } from './tasks.js'

export type WatchCaps = { readonly proplets: number; readonly tasks: number; readonly fetches: number }

const textOf = ({ results, error }: Answer): string => {
  if (error !== undefined) return cut(error)
  return cut(typeof results === 'string' ? results : JSON.stringify(results ?? ''))
}

/** Proplets report a stop as an error with this text. */
const endOf = (error: string | undefined): TaskPhase => {
  if (error === undefined) return 'completed'
  return error === 'task stopped' ? 'stopped' : 'failed'
}

/** The rows of proplets, tasks and fetches that follow from messages; each kind has a cap. */
export class WatchModel {
  readonly #proplets: WatchedProplets
  readonly #tasks: WatchedTasks
  readonly #fetches: WatchedFetches

  constructor(caps: WatchCaps) {
    this.#proplets = new WatchedProplets(caps.proplets)
    this.#tasks = new WatchedTasks(caps.tasks)
    this.#fetches = new WatchedFetches(caps.fetches)
  }

  take(message: ChannelMessage, at: number): void {
    switch (message.type) {
      case 'created':
        this.#proplets.change(message.propletId, { software: cut(message.software) })
        break
      case 'alive':
        this.#proplets.beat(message, at)
        break
      case 'metrics':
        this.#proplets.change(message.propletId, {
          cpuPercent: message.cpuPercent,
          memoryBytes: message.memoryBytes,
        })
        break
      case 'task_metrics': {
        const { cpuPercent, memoryBytes } = message
        if (message.taskId === '') break
        this.#tasks.change(message, at, ({ phase }) => ({
          phase: phase === 'sent' ? 'running' : phase,
          cpuPercent,
          memoryBytes,
        }))
        break
      }
      case 'result':
        this.#tasks.change(message, at, () => ({
          phase: endOf(message.error),
          endedAt: at,
          text: textOf(message),
        }))
        break
      case 'invoke_result':
        this.#tasks.change(message, at, ({ calls }) => ({
          phase: 'deployed',
          calls: calls + 1,
          text: textOf(message),
        }))
        break
      case 'start':
        this.#tasks.start(message, at)
        break
      case 'stop':
        this.#tasks.stop(message.taskId)
        break
      case 'invoke':
        break
      case 'asked':
        this.#fetches.ask(message.image, at)
        break
      case 'chunk':
        this.#fetches.add(message, at)
    }
  }

  view(at: number, connection: Connection | undefined): WatchView {
    return {
      at,
      connection,
      proplets: this.#proplets.view(at),
      tasks: this.#tasks.view(),
      fetches: this.#fetches.view(at),
      dropped: this.#proplets.dropped() + this.#tasks.dropped() + this.#fetches.dropped(),
    }
  }
}
