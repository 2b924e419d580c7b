import type { Observable } from 'rxjs'
import type { Update } from './round.js'

/** The federated learning services from the proplet's own settings. */
export type FederatedUrls = {
  readonly modelRegistry: string | undefined
  readonly dataStore: string | undefined
  readonly coordinator: string | undefined
}

/** A service to call over HTTP. */
export type Endpoint = {
  /** May hold credentials. */
  readonly url: string
  /** Without user, password and query, safe to show. */
  readonly shown: string
  /** Named by the task; otherwise by the operator. */
  readonly isOfTask: boolean
}

/** Why an HTTP exchange failed. The message contains no secret. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  /** Whether a retry may help and is safe. */
  readonly isPassing: boolean

  constructor(message: string, isPassing: boolean) {
    super(message)
    this.isPassing = isPassing
  }
}

/** What a task printed; `json` is the trimmed text if it is one JSON object. */
export type Printed = Update & { readonly json: string | undefined }

/** The HTTP of federated learning; both error with an `ExchangeError`. */
export type FederatedHttp = {
  /** One GET: emits the text of a JSON value. */
  readonly get: (endpoint: Endpoint) => Observable<string>
  /** One POST of JSON text: emits once when it was taken. */
  readonly post: (endpoint: Endpoint, json: string) => Observable<unknown>
}
