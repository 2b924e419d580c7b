import type { Observable } from 'rxjs'
import type { Update } from './round.js'

/** The services of federated learning that the proplet itself knows, from its settings. */
export type FederatedUrls = {
  readonly modelRegistry: string | undefined
  readonly dataStore: string | undefined
  readonly coordinator: string | undefined
}

/** Something to be asked over HTTP. */
export type Endpoint = {
  /** May hold credentials. */
  readonly url: string
  /** As it may be shown: without user, password and query. */
  readonly shown: string
  /** The task named it; else the operator did. */
  readonly isOfTask: boolean
}

/** Why an exchange came to nothing. The message holds no secret. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  /** Whether to try once more may help, and does no harm. */
  readonly isPassing: boolean

  constructor(message: string, isPassing: boolean) {
    super(message)
    this.isPassing = isPassing
  }
}

/** What stdout held; `json` is its text without white space around it if it is one JSON object. */
export type Printed = Update & { readonly json: string | undefined }

/** The HTTP of federated learning; both error with an `ExchangeError`. */
export type FederatedHttp = {
  /** One GET: emits the text of a JSON value. */
  readonly get: (endpoint: Endpoint) => Observable<string>
  /** One POST of JSON text: emits once when it was taken. */
  readonly post: (endpoint: Endpoint, json: string) => Observable<unknown>
}
