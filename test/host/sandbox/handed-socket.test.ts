import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { expect, it, onTestFinished } from 'vitest'
import { findSandbox, sandboxCommand } from '../../../src/host/sandbox/sandbox.js'
import { FILTER_FD, INFO_FD } from '../../../src/runtime/embedded/guests/process-guest.js'

/** Tries every way to open or connect a socket, and reports the results over the handed connection. */
const PROBE = `
const net = require('node:net'), dgram = require('node:dgram')
const of = (emitter, good) => new Promise((resolve) => {
  emitter.once(good, () => resolve(good)); emitter.once('error', (error) => resolve(error.code)) })
process.once('message', async ({ port }, socket) => {
  const { TCPConnectWrap } = process.binding('tcp_wrap')
  const found = {
    again: socket._handle.connect(new TCPConnectWrap(), '127.0.0.1', port),
    connect: await of(net.connect(port, '127.0.0.1'), 'connect'),
    local: await of(net.connect('/proxy.sock'), 'connect'),
    listen: await of(net.createServer().listen(0, '127.0.0.1'), 'listening'),
    datagram: await new Promise((resolve) => {
      try { dgram.createSocket('udp4').once('error', (error) => resolve(error.code)).bind(0, () => resolve('bound')) }
      catch (error) { resolve(error.code) }
    }),
  }
  socket.end(JSON.stringify(found))
})
process.send('ready')`

it('a process in a sandbox answers on a handed connection, and cannot open or connect any socket', async () => {
  const found = findSandbox()
  if (E.isLeft(found)) throw new Error(found.left)
  const sandbox = found.right
  if (sandbox.socketFilter === undefined) throw new Error('there is no filter')
  const [command = '', ...args] = [
    ...sandboxCommand(sandbox, {
      preopens: [],
      binariesDir: undefined,
      infoFd: INFO_FD,
      filterFd: FILTER_FD,
    }),
    ...[process.execPath, '--no-deprecation', '-e', PROBE],
  ]
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ignore', 'pipe', 'ignore', 'ipc', 'ignore', 'pipe'],
    env: {},
    cwd: '/',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const filter = child.stdio.at(FILTER_FD)
  if (!(filter && 'end' in filter)) throw new Error('no pipe')
  filter.end(sandbox.socketFilter)
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await Promise.all([once(child, 'message'), once(server, 'listening')])
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1').setEncoding('utf8')
  const [handed] = (await once(server, 'connection')) as [Socket]
  child.send({ port }, handed)
  let text = ''
  for await (const piece of client) text += String(piece)
  expect(JSON.parse(text)).toStrictEqual({
    again: -1,
    connect: 'EPERM',
    local: 'EPERM',
    listen: 'EPERM',
    datagram: 'EPERM',
  })
})
