import { Observable, type Subscription } from 'rxjs'
import type { RunEvent, Runtime } from '../../src/model/runtime.js'

/** A runtime shared by several proplets: at most this many of their tasks run at once, the others wait. */
export const boundRuns = (runtime: Runtime, most: number): Runtime => {
  const waiting: (() => void)[] = []
  let running = 0
  const next = () => {
    if (running < most) waiting.shift()?.()
  }
  return {
    name: runtime.name,
    run: (request, stop$) =>
      new Observable<RunEvent>((subscriber) => {
        let run: Subscription | undefined
        const begin = () => {
          running += 1
          run = runtime.run(request, stop$).subscribe(subscriber)
        }
        subscriber.add(() => {
          const at = waiting.indexOf(begin)
          if (at >= 0) waiting.splice(at, 1)
          if (run === undefined) return
          run.unsubscribe()
          running -= 1
          next()
        })
        waiting.push(begin)
        next()
      }),
  }
}
