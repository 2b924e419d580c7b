import type { FutureResponse, Outgoing } from '@proplet/wasi/http/message.js'
import { HttpFailure } from '@proplet/wasi/http/message.js'
import { httpImports } from '@proplet/wasi/http/index.js'
import type { Preview2Imports } from '@proplet/wasi/preview2.js'
import { socketImports } from '@proplet/wasi/sockets/index.js'
import {
  SocketFailure,
  type Accepting,
  type Connected,
  type Datagram,
  type DatagramSocket,
  type Listening,
  type Network,
} from '@proplet/wasi/sockets/port.js'
import { IncomingBytes } from '../channel/incoming-bytes.js'
import type { Link } from '../channel/link.js'
import { OutgoingBytes } from '../channel/outgoing-bytes.js'
import { soon } from '../channel/wants.js'
import type { Answer, Handle, NetworkError, NetworkRequest } from '../channel/protocol.js'
import { Remote } from '../channel/remote.js'

const NANOSECONDS = 1_000_000

const milliseconds = (duration: bigint | undefined): number | null =>
  duration === undefined ? null : Number(duration) / NANOSECONDS

/** The network of one guest. It lives in the daemon, which enforces the rules. */
export type GuestNetwork = { readonly outgoing: Outgoing; readonly network: Network }

export const networkOf = (link: Link): GuestNetwork => {
  // 0 is the request that is being answered.
  let handles = 0
  const open = (request: NetworkRequest): Remote => {
    handles += 1
    return new Remote(link, handles, request)
  }
  return { outgoing: outgoing(link, open), network: network(link, open) }
}

/** `wasi:http` and `wasi:sockets` of WASI 0.2. */
export const networkImports = ({ outgoing, network }: GuestNetwork): Preview2Imports => ({
  ...httpImports(outgoing),
  ...socketImports(network),
})

type Open = (request: NetworkRequest) => Remote

const outgoing = (link: Link, open: Open): Outgoing => ({
  send: ({ method, scheme = 'https', authority = '', pathWithQuery = '/', headers }, times) => {
    const remote = open({
      kind: 'http',
      method,
      scheme,
      authority,
      path: pathWithQuery,
      headers,
      connectMs: milliseconds(times.connect),
      firstByteMs: milliseconds(times.firstByte),
      betweenBytesMs: milliseconds(times.betweenBytes),
    })
    const response: FutureResponse = {
      ready: () => remote.ready(),
      wait: (deadline) => remote.wait(deadline),
      notify: (done) => remote.notify(done),
      get: () => ({
        head: responseOf(remote.answer(httpFailure)),
        body: new IncomingBytes(remote.wants, true, () => remote.close()),
      }),
      close: () => remote.close(),
    }
    return { body: new OutgoingBytes(link, remote.wants, remote.handle), response }
  },
})

const network = (link: Link, open: Open): Network => {
  const connection = (remote: Remote): Accepting => ({
    ...pendingOf(remote, connectedOf),
    stream: {
      source: new IncomingBytes(remote.wants, true),
      sink: new OutgoingBytes(link, remote.wants, remote.handle),
      close: () => remote.close(),
    },
  })
  const listening = (listener: Remote): Listening => ({
    ...pendingOf(listener, boundOf),
    accept: () => connection(open({ kind: 'accept', listener: listener.handle })),
  })
  return {
    lookup: (name) =>
      pendingOf(open({ kind: 'lookup', name }), (answer) =>
        answer.kind === 'addresses' ? answer : unexpected(answer),
      ),
    connect: (remote, local) => connection(open({ kind: 'connect', remote, local: local ?? null })),
    listen: (local) => listening(open({ kind: 'listen', local })),
    bind: (local) => {
      const bound = open({ kind: 'bind', local })
      return {
        ...pendingOf(bound, boundOf),
        listen: () => listening(open({ kind: 'listen-bound', bound: bound.handle })),
        connect: (remote) => connection(open({ kind: 'connect', remote, local: null, bound: bound.handle })),
      }
    },
    datagrams: (local) => datagramSocket(link, open({ kind: 'datagrams', local })),
  }
}

function datagramSocket(link: Link, remote: Remote): DatagramSocket {
  let next: Datagram | undefined
  let failure: Error | undefined
  let sendFailure: Error | undefined
  const take = (given: ReturnType<Remote['wants']['peek']>): void => {
    if (given.state === 'broken') failure = socketFailure(given.error)
    if (given.state === 'some' && given.from !== undefined) next = { data: given.bytes, from: given.from }
  }
  const isSettled = () => next !== undefined || failure !== undefined
  return {
    ...pendingOf(remote, boundOf),
    readable: {
      ready: () => {
        if (!isSettled()) take(remote.wants.peek('body'))
        return isSettled()
      },
      wait: (deadline) => {
        if (!isSettled()) take(remote.wants.wait('body', deadline))
      },
      notify: (done) => {
        if (isSettled()) return soon(done)
        return remote.wants.ask('body', (given) => {
          take(given)
          done()
        })
      },
    },
    receive: () => {
      if (!isSettled()) take(remote.wants.peek('body'))
      if (failure !== undefined) {
        const error = failure
        failure = undefined
        throw error
      }
      const datagram = next
      next = undefined
      return datagram
    },
    send: (bytes, to) => sendDatagram(link, remote.handle, to, bytes),
    sent: {
      notify: (done) =>
        remote.wants.ask('room', ({ state, error }) => {
          sendFailure = state === 'broken' ? socketFailure(error) : undefined
          done()
        }),
      get: () => {
        if (sendFailure !== undefined) throw sendFailure
      },
    },
    associate: (peer) => {
      link.queue({ type: 'associate', handle: remote.handle, to: peer ?? null })
      return pendingOf(remote.again(), boundOf)
    },
  }
}

const sendDatagram = (link: Link, handle: Handle, to: Datagram['from'], bytes: Uint8Array): void =>
  link.send({ type: 'datagram', handle, to, bytes })

const pendingOf = <T>(remote: Remote, read: (answer: Answer) => T) => ({
  ready: () => remote.ready(),
  wait: (deadline: bigint | undefined) => remote.wait(deadline),
  notify: (done: () => void) => remote.notify(done),
  get: () => read(remote.answer(socketFailure)),
  close: () => remote.close(),
})

const httpFailure = (error: NetworkError | undefined): Error =>
  new HttpFailure(error ?? { tag: 'connection-terminated' })

const socketFailure = (error: NetworkError | undefined): Error =>
  new SocketFailure(error?.tag ?? 'connection-reset')

const unexpected = (answer: Answer): never => {
  throw new Error(`the daemon answered with ${answer.kind}`)
}

const responseOf = (answer: Answer) => (answer.kind === 'response' ? answer : unexpected(answer))
const boundOf = (answer: Answer) => (answer.kind === 'socket' ? answer : unexpected(answer))

function connectedOf(answer: Answer): Connected {
  const { local, remote } = boundOf(answer)
  return remote === undefined ? unexpected(answer) : { local, remote }
}
