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
  type Network,
} from '@proplet/wasi/sockets/port.js'
import { IncomingBytes } from './incoming-bytes.js'
import type { Link } from './link.js'
import { OutgoingBytes } from './outgoing-bytes.js'
import type { Answer, Handle, NetworkError, NetworkRequest } from './protocol.js'
import { Remote } from './remote.js'

const NANOSECONDS = 1_000_000

const milliseconds = (duration: bigint | undefined): number | null =>
  duration === undefined ? null : Number(duration) / NANOSECONDS

/** `wasi:http` and `wasi:sockets` for one guest: the daemon has the network, and looks at what is allowed. */
export const networkImports = (link: Link): Preview2Imports => {
  // 0 is the request that is being answered.
  let handles = 0
  const open = (request: NetworkRequest): Remote => {
    handles += 1
    return new Remote(link, handles, request)
  }
  return { ...httpImports(outgoing(link, open)), ...socketImports(network(link, open)) }
}

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
  return {
    lookup: (name) =>
      pendingOf(open({ kind: 'lookup', name }), (answer) =>
        answer.kind === 'addresses' ? answer : unexpected(answer),
      ),
    connect: (remote, local) => connection(open({ kind: 'connect', remote, local: local ?? null })),
    listen: (local) => {
      const listener = open({ kind: 'listen', local })
      return {
        ...pendingOf(listener, boundOf),
        accept: () => connection(open({ kind: 'accept', listener: listener.handle })),
      }
    },
    datagrams: (local) => datagramSocket(link, open({ kind: 'datagrams', local })),
  }
}

function datagramSocket(link: Link, remote: Remote): DatagramSocket {
  let next: Datagram | undefined
  let failure: Error | undefined
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
    },
    receive: () => {
      if (!isSettled()) take(remote.wants.peek('body'))
      if (failure !== undefined) throw failure
      const datagram = next
      next = undefined
      return datagram
    },
    send: (bytes, to) => sendDatagram(link, remote.handle, to, bytes),
  }
}

const sendDatagram = (link: Link, handle: Handle, to: Datagram['from'], bytes: Uint8Array): void =>
  link.send({ type: 'datagram', handle, to, bytes })

const pendingOf = <T>(remote: Remote, read: (answer: Answer) => T) => ({
  ready: () => remote.ready(),
  wait: (deadline: bigint | undefined) => remote.wait(deadline),
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
