import { incomingRequest, responseOutparam } from '@proplet/wasi/http/index.js'
import type { Responder } from '@proplet/wasi/http/message.js'
import { createPreview2 } from '@proplet/wasi/preview2.js'
import { TaskFailure } from '../failure.js'
import { halOf } from '../hal-imports.js'
import { IncomingBytes } from '../incoming-bytes.js'
import { instantiateComponent, type EngineComponent } from '../instantiate.js'
import type { Link } from '../link.js'
import { networkImports } from '../network.js'
import { OutgoingBytes } from '../outgoing-bytes.js'
import type { GuestEnd, RequestMessage } from '../protocol.js'
import type { Session } from '../session.js'
import { Wants } from '../wants.js'

/** The handle of the request that is being answered. */
const REQUEST = 0
const HANDLER = /^wasi:http\/incoming-handler(?:@|$)/

/** Answers one request in an instance of its own: what a request leaves behind ends with it. */
export type Serve = (request: RequestMessage, session: Session) => GuestEnd

/** @param prepared exports `wasi:http/incoming-handler` */
export function createServe(prepared: EngineComponent): Serve {
  const handler = [...prepared.exports.keys()].find((name) => HANDLER.test(name))
  if (handler === undefined)
    throw new TaskFailure('runtime', 'the component exports no HTTP handler after all')
  return (request, { run, boot, link, stdout, stderr, live }) => {
    const wasi = createPreview2({
      args: [run.name, ...run.cliArgs],
      env: run.env,
      preopens: boot.preopens,
      stdout,
      stderr,
    })
    live.close = () => wasi.close()
    const instance = instantiateComponent(prepared, {
      ...wasi.imports,
      ...networkImports(link),
      ...halOf(prepared, { boot, link }),
    })
    live.memoryBytes = () => instance.memoryBytes()
    const exported = instance.exports.get(handler)
    const handle = typeof exported === 'function' ? undefined : exported?.get('handle')
    if (handle === undefined) throw new TaskFailure('runtime', 'the HTTP handler is not exported after all')
    const wants = new Wants(link, REQUEST)
    const { method, scheme, authority, path, headers, hasBody } = request
    const { outparam, complete } = responseOutparam(responder(link, wants))
    handle(
      incomingRequest(
        { method, scheme, authority, pathWithQuery: path, headers },
        new IncomingBytes(wants, hasBody),
      ),
      outparam,
    )
    complete()
    return { kind: 'printed' }
  }
}

/** Where a guest answers to: it says so to the daemon, which has the client. */
const responder = (link: Link, wants: Wants): Responder => ({
  respond: ({ status, headers }) => {
    link.queue({ type: 'head', status, headers })
    return new OutgoingBytes(link, wants, REQUEST)
  },
  fail: (code) => link.send({ type: 'refuse', code }),
})
