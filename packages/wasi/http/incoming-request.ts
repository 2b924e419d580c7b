import { IncomingMessage } from './incoming-message.js'
import type { RequestHead } from './message.js'
import { toMethod, toScheme, type Method, type Scheme } from './method.js'

/** `incoming-request` of wasi:http/types. */
export class IncomingRequest extends IncomingMessage<RequestHead> {
  method(): Method {
    return toMethod(this.head.method)
  }

  pathWithQuery(): string | undefined {
    return this.head.pathWithQuery
  }

  scheme(): Scheme | undefined {
    const { scheme } = this.head
    return scheme === undefined ? undefined : toScheme(scheme)
  }

  authority(): string | undefined {
    return this.head.authority
  }
}
