import { map, type Observable } from 'rxjs'
import type { Binary } from '../model/binary.js'
import type { StartCommand } from '../model/command.js'
import type { TaskProgress } from '../model/task-event.js'
import type { Fetch } from './fetch.js'

export type AcquireDeps = {
  /** Decodes strict base64; errors with a message for the Manager. */
  readonly inline: (base64: string) => Observable<Binary>
  readonly fetch: Fetch['fetch']
}

/** The binary of a task, out of its command or from the registry: the last event is `fetched`. */
export const acquire =
  ({ inline, fetch }: AcquireDeps) =>
  ({ source }: StartCommand): Observable<TaskProgress> =>
    source.type === 'inline'
      ? inline(source.base64).pipe(map((binary) => ({ type: 'fetched', binary, from: 'command' })))
      : fetch(source.image)
