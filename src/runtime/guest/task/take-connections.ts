import type { Inbox } from '../channel/inbox.js'
import type { GuestEnd, RequestMessage, RunMessage } from '../channel/protocol.js'
import type { Asked, Serve } from '../http/messages/request.js'
import { httpServing } from './components.js'
import { performNow, type TaskContext, type TaskReport } from './task.js'

/** A task that serves HTTP, and the output of its requests so far. */
export type Serving = {
  readonly run: RunMessage
  readonly serve: Serve
  stdoutBytes: number
  stderrBytes: number
}

export type TakeConnectionsParts = {
  readonly inbox: Inbox
  readonly serving: Serving
  readonly context: TaskContext
  /** Counts what a request used; returns whether a garbage collection is due. */
  readonly tally: (report: TaskReport, serving: Serving) => boolean
  readonly tidyUp: () => void
  /** The inbox is closed, so the task has ended. */
  readonly leave: () => void
}

/** Serves requests from connections, and requests of the daemon in between, until it is told to leave. */
export function takeConnections({
  inbox,
  serving,
  context,
  tally,
  tidyUp,
  leave,
}: TakeConnectionsParts): void {
  const answer = (request: RequestMessage, asked?: Asked): GuestEnd => {
    const { serve, run } = serving
    if (serve.kind === 'asynchronous') throw new Error('a guest of WASI 0.3 takes no connections')
    const report = performNow(run, guest, (session) => serve.answer(request, session, asked))
    if (tally(report, serving)) setImmediate(tidyUp)
    return report.end
  }
  const { ConnectionServer } = httpServing()
  const server = new ConnectionServer(context.link, inbox.status, (asked) => answer(asked.message, asked))
  const guest: TaskContext = { ...context, link: server.link }
  inbox.open((message, native) => {
    switch (message.type) {
      case 'connection':
        if (native !== undefined) server.accept(message, native)
        return
      case 'share':
        server.share(message.count)
        return
      case 'request':
        server.run(() => answer(message))
        return
      case 'leave':
        server.end()
        inbox.close()
        leave()
    }
  })
}
