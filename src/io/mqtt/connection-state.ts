import { ReplaySubject, type Observable } from 'rxjs'
import type { Connection } from '../../model/connection.js'

/** The connection state, across connections. */
export class ConnectionState {
  readonly #states$ = new ReplaySubject<Connection>(1)
  #state: Connection | undefined

  /** Starts with the current state, if there is one yet. `down` is emitted again when its reason changes. */
  readonly connection$: Observable<Connection> = this.#states$.asObservable()

  get isUp(): boolean {
    return this.#state?.state === 'up'
  }

  change(next: Connection): void {
    const state = this.#state
    const same = state?.state === 'down' && next.state === 'down' && state.reason === next.reason
    this.#state = next
    if (!same) this.#states$.next(next)
  }

  complete(): void {
    this.#states$.complete()
  }
}
