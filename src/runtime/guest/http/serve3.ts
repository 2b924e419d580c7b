import type { HostWork } from '@proplet/component/link/async/work.js'
import { incomingRequest, sendResponse, type ResponseSink } from '@proplet/wasi/preview3/http/index.js'
import { hostOf } from '../host/component-host.js'
import { TaskFailure } from '../call/failure.js'
import { halOf } from '../host/hal-imports.js'
import { IncomingBytes } from '../channel/incoming-bytes.js'
import { instantiateComponent, type EngineComponent } from '../host/instantiate.js'
import type { Link } from '../channel/link.js'
import { OutgoingBytes } from '../channel/outgoing-bytes.js'
import type { GuestEnd } from '../channel/protocol.js'
import { Wants } from '../channel/wants.js'
import { REQUEST, type Serve } from './messages/request.js'

/** @param handler the name of an exported `wasi:http/handler@0.3` */
export const createServe3 = (prepared: EngineComponent, handler: string): Serve => ({
  kind: 'asynchronous',
  answer: (message, { run, boot, link, stdout, stderr, live }) => {
    const { imports, work, close } = hostOf(prepared, link, {
      args: [run.name, ...run.cliArgs],
      env: run.env,
      preopens: boot.preopens,
      stdout,
      stderr,
    })
    live.close = close
    if (work === undefined) throw new TaskFailure('runtime', 'the HTTP handler is of WASI 0.2 after all')
    const instance = instantiateComponent(prepared, { ...imports, ...halOf(prepared, { boot, link }) }, work)
    live.close = () => {
      instance.stop()
      close()
    }
    live.memoryBytes = () => instance.memoryBytes()
    const wants = new Wants(link, REQUEST)
    const { method, scheme, authority, path, headers, hasBody } = message
    const request = incomingRequest(
      work,
      { method, scheme, authority, pathWithQuery: path, headers },
      new IncomingBytes(wants, hasBody),
    )
    return answer(work, responseSink(link, wants), (returned) =>
      instance.begin(handler, 'handle', [request], returned),
    )
  },
})

/** Resolves when the response is sent and the call of the handler has ended. */
function answer(
  work: HostWork,
  sink: ResponseSink,
  handle: (returned: (result: unknown) => void) => Promise<unknown> | undefined,
): Promise<GuestEnd> {
  return new Promise((resolve, reject) => {
    let left = 2
    const step = () => {
      left -= 1
      if (left === 0) resolve({ kind: 'printed' })
    }
    const called = handle((result) => {
      const release = work.hold({
        failed: reject,
        idle: () => reject(new WebAssembly.RuntimeError('the response of the guest is incomplete')),
      })
      sendResponse(work, result, sink, () => {
        release()
        step()
      })
    })
    if (called === undefined) reject(new TaskFailure('runtime', 'the HTTP handler is not exported after all'))
    else called.then(step, reject)
  })
}

const responseSink = (link: Link, wants: Wants): ResponseSink => ({
  respond: ({ status, headers }) => {
    link.queue({ type: 'head', status, headers })
    return new OutgoingBytes(link, wants, REQUEST)
  },
  fail: ({ tag }) => link.send({ type: 'refuse', code: tag }),
})
