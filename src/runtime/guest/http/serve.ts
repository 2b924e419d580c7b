import { createRequire } from 'node:module'
import { incomingRequest, responseOutparam } from '@proplet/wasi/http/index.js'
import type { Responder } from '@proplet/wasi/http/message.js'
import { hostsOf, type ComponentHost } from '../host/component-host.js'
import { TaskFailure } from '../call/failure.js'
import { halOf } from '../host/hal-imports.js'
import { IncomingBytes } from '../channel/incoming-bytes.js'
import type { Preview2Options } from '@proplet/wasi/preview2.js'
import { instantiateComponent, type EngineComponent } from '../host/instantiate.js'
import type { Link } from '../channel/link.js'
import { OutgoingBytes } from '../channel/outgoing-bytes.js'
import { Wants } from '../channel/wants.js'
import { REQUEST, type Asked, type Serve } from './messages/request.js'
import type { RequestMessage } from '../channel/protocol.js'
import type * as serve3 from './serve3.js'

const require = createRequire(import.meta.url)

/** The server for WASI 0.3, loaded with the first component that needs it. */
const httpServing3 = () => require('../http/serve3.js') as typeof serve3

const HANDLER = /^wasi:http\/incoming-handler(?:@|$)/
const HANDLER_3 = /^wasi:http\/handler@0\.3\./

/** @param prepared exports `wasi:http/handler` of WASI 0.3, which is preferred, or `wasi:http/incoming-handler` */
export function createServe(prepared: EngineComponent): Serve {
  const names = [...prepared.exports.keys()]
  const handler3 = names.find((name) => HANDLER_3.test(name))
  if (handler3 !== undefined) return httpServing3().createServe3(prepared, handler3)
  const handler = names.find((name) => HANDLER.test(name))
  if (handler === undefined)
    throw new TaskFailure('runtime', 'the component exports no HTTP handler after all')
  let hostFor: ((options: Preview2Options) => ComponentHost) | undefined
  const answer: Extract<Serve, { kind: 'synchronous' }>['answer'] = (
    request,
    { run, boot, link, stdout, stderr, live },
    asked = ofDaemon(request, link),
  ) => {
    // Created once, because a guest has only one link.
    hostFor ??= hostsOf(prepared, link)
    const { imports, work, close } = hostFor({
      args: [run.name, ...run.cliArgs],
      env: run.env,
      preopens: boot.preopens,
      stdout,
      stderr,
    })
    live.close = close
    const more = halOf(prepared, { boot, link })
    const all = more === undefined ? imports : { ...imports, ...more }
    const instance = instantiateComponent(prepared, all, work)
    live.close = () => {
      instance.stop()
      close()
    }
    live.memoryBytes = () => instance.memoryBytes()
    live.release = () => instance.release()
    const exported = instance.exports.get(handler)
    const handle = typeof exported === 'function' ? undefined : exported?.get('handle')
    if (handle === undefined) throw new TaskFailure('runtime', 'the HTTP handler is not exported after all')
    const { method, scheme, authority, path, headers } = request
    const { outparam, complete } = responseOutparam(asked.responder)
    handle(incomingRequest({ method, scheme, authority, pathWithQuery: path, headers }, asked.body), outparam)
    complete()
    return { kind: 'printed' }
  }
  return { kind: 'synchronous', answer }
}

/** A request whose connection the daemon has. */
function ofDaemon(message: RequestMessage, link: Link): Asked {
  const wants = new Wants(link, REQUEST)
  return { message, body: new IncomingBytes(wants, message.hasBody), responder: responder(link, wants) }
}

/** Responds through the daemon, which has the client's connection. */
const responder = (link: Link, wants: Wants): Responder => ({
  respond: ({ status, headers }) => {
    link.queue({ type: 'head', status, headers })
    return new OutgoingBytes(link, wants, REQUEST)
  },
  fail: (code) => link.send({ type: 'refuse', code }),
})

export { ConnectionServer } from './connections/server.js'
