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

  hear(heard: ChannelMessage, at: number): void {
    switch (heard.type) {
      case 'created':
        this.#proplets.change(heard.propletId, { software: cut(heard.software) })
        break
      case 'alive':
        this.#proplets.beat(heard, at)
        break
      case 'metrics':
        this.#proplets.change(heard.propletId, {
          cpuPercent: heard.cpuPercent,
          memoryBytes: heard.memoryBytes,
        })
        break
      case 'task_metrics': {
        const { cpuPercent, memoryBytes } = heard
        if (heard.taskId === '') break
        this.#tasks.change(heard, at, ({ phase }) => ({
          phase: phase === 'sent' ? 'running' : phase,
          cpuPercent,
          memoryBytes,
        }))
        break
      }
      case 'result':
        this.#tasks.change(heard, at, () => ({
          phase: endOf(heard.error),
          endedAt: at,
          text: textOf(heard),
        }))
        break
      case 'invoke_result':
        this.#tasks.change(heard, at, ({ calls }) => ({
          phase: 'deployed',
          calls: calls + 1,
          text: textOf(heard),
        }))
        break
      case 'start':
        this.#tasks.start(heard, at)
        break
      case 'stop':
        this.#tasks.stop(heard.taskId)
        break
      case 'invoke':
        break
      case 'asked':
        this.#fetches.ask(heard.image, at)
        break
      case 'chunk':
        this.#fetches.add(heard, at)
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
