import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Guest } from './guest.js'
import type { Operation, OperationOf } from './spec.js'

export type Session = {
  guest: Guest | undefined
  /** The guest's address, once it has printed it. */
  address: string | undefined
  readonly connections: Map<string, Socket>
}

const SERVING = /Serving HTTP on (http:\/\/\S+?)\/?\n/

/** Performs an operation of the test while its guest runs. Throws if something differs from what is expected. */
export async function perform(
  operation: Exclude<Operation, { type: 'run' }>,
  session: Session,
): Promise<void> {
  const { guest, connections } = session
  if (guest === undefined) throw new Error(`${operation.type}: nothing runs`)
  switch (operation.type) {
    case 'write':
      guest.write(operation.payload)
      return
    case 'read': {
      const { id, payload } = operation
      const taken = await guest[id].take((text) =>
        text.length >= payload.length ? payload.length : undefined,
      )
      same(id, payload, taken)
      return
    }
    case 'connect': {
      // The guest first prints the address that it listens on.
      const line = await guest.stdout.take((text) => endOf(text, '\n'))
      connections.set(operation.id, await connected(line.trim()))
      return
    }
    case 'send':
      connectionOf(operation, connections).write(operation.payload)
      return
    case 'recv': {
      const socket = connectionOf(operation, connections)
      same(operation.id, operation.payload, await received(socket, operation.payload.length))
      return
    }
    case 'request':
      session.address ??= await addressOf(guest)
      await request(operation, session.address)
      return
    case 'kill':
      guest.kill(operation.signal)
      return
    case 'wait':
      await wait(operation, guest)
  }
}

const endOf = (text: string, mark: string): number | undefined => {
  const at = text.indexOf(mark)
  return at === -1 ? undefined : at + mark.length
}

function same(what: string, expected: unknown, actual: unknown): void {
  if (expected !== actual)
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`)
}

/** A guest that was ended by a signal has no exit code of its own. */
async function wait({ exit_code = 0 }: OperationOf<'wait'>, guest: Guest): Promise<void> {
  const { killed } = guest
  guest.endInput()
  const { code, signal } = await guest.ended
  if (!killed) same('exit code', exit_code, code ?? signal)
}

async function connected(address: string): Promise<Socket> {
  const colon = address.lastIndexOf(':')
  if (colon === -1) throw new Error(`the guest listens nowhere, it said ${JSON.stringify(address)}`)
  const socket = connect(Number(address.slice(colon + 1)), address.slice(0, colon))
  await once(socket, 'connect')
  return socket
}

const connectionOf = ({ id }: { readonly id: string }, connections: ReadonlyMap<string, Socket>): Socket => {
  const socket = connections.get(id)
  if (socket === undefined) throw new Error(`there is no connection ${id}`)
  return socket
}

async function received(socket: Socket, length: number): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.length >= length) break
  }
  return text
}

async function addressOf(guest: Guest): Promise<string> {
  const text = await guest.stderr.take((said) => {
    const found = SERVING.exec(said)
    return found === null ? undefined : found.index + found[0].length
  })
  const [, address] = SERVING.exec(text) ?? []
  if (address === undefined) throw new Error(`it serves nothing: ${text.trim().slice(0, 300)}`)
  return address
}

async function request(wanted: OperationOf<'request'>, address: string): Promise<void> {
  const { method, path, headers = {}, body, response: expected } = wanted
  const outgoing = httpRequest(`${address}${path}`, { method, headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const what = `${method} ${path}`
  const text = Buffer.concat(chunks).toString()
  if (response.statusCode !== expected.status)
    throw new Error(
      `${what}: expected the status ${expected.status}, found ${response.statusCode ?? 0} ${text.slice(0, 200)}`,
    )
  for (const [name, value] of Object.entries(expected.headers ?? {}))
    same(`${what}: ${name}`, value, response.headers[name])
  if (expected.body !== undefined) same(`${what}: body`, expected.body, text)
}
