import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConnectionChannel } from '../../../../src/runtime/embedded/guests/connection-channel.js'
import { StatusFile } from '../../../../src/runtime/embedded/guests/status-file.js'

const childOf = (script: string) => {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const status = new StatusFile()
  onTestFinished(() => status.close())
  const channel =
    ConnectionChannel.of(child, status) ?? expect.unreachable('this Node.js has another channel')
  const message = vi.fn()
  child.on('message', message)
  child.once('exit', () => channel.end())
  onTestFinished(() => void child.kill('SIGKILL'))
  const { stdout } = child
  if (stdout === null) throw new Error('the child has no output')
  return { child, stdout, channel, message }
}

/** A script that writes until the kernel accepts no more, and then reports it. */
const flood = (text: string) => `
  const { writeSync } = require('node:fs')
  const bytes = Buffer.from(${JSON.stringify(text)}.repeat(1000))
  try { for (;;) writeSync(3, bytes) } catch (error) { process.stdout.write(error.code) }
  setInterval(() => {}, 1000)`

describe('issue 15, item 2: the channel by which a child gets connections', () => {
  it.each([
    ['bytes without an end', 'x'],
    ['messages', '{"a":1}\n'],
    ['messages of the protocol of Node.js', '{"cmd":"NODE_HANDLE","type":"net.Socket","msg":1}\n'],
    ['what is no JSON', '{\n'],
  ])('reads nothing of a child that floods it with %s', async (_what, text) => {
    const { child, stdout, message } = childOf(flood(text))
    const [code] = (await once(stdout, 'data')) as [Buffer]
    expect(code.toString()).toBe('EAGAIN')
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(message).not.toHaveBeenCalled()
  })

  it('hands connections over one after the other, unacknowledged, and keeps a copy', async () => {
    const { child, channel } = childOf(`
      const net = require('node:net')
      process._send = () => true
      process.on('message', ({ connection }, handle) => {
        const socket = new net.Socket({ handle })
        socket.on('data', (data) => socket.write(connection + ':' + data, () => socket.destroy()))
      })`)
    let count = 0
    const kept: (() => void)[] = []
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      count += 1
      const message = { type: 'connection', connection: count, bodyMaxBytes: 1, requestTimeoutMs: 0 } as const
      expect(channel.hand(message, socket)).toBe(true)
      kept.push(() => socket.end(' and more'))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    for (const number of [1, 2, 3]) {
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
      client.setEncoding('latin1').write('hello')
      expect((await once(client, 'data')) as unknown[]).toStrictEqual([`${number}:hello`])
      kept.pop()?.()
      expect((await once(client, 'data')) as unknown[]).toStrictEqual([' and more'])
      client.destroy()
    }
    child.kill('SIGKILL')
    await once(child, 'close')
  })
})
