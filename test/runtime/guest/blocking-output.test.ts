import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { createServer, Socket, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { codeOf } from '../../../src/model/code-of.js'
import { createBlockingOutput } from '../../../src/runtime/guest/channel/blocking-output.js'

const COUNT = `let bytes = 0
process.stdin.on('data', (data) => (bytes += data.length)).on('end', () => console.log(bytes))`

/** Two ends of a connection, of which this process reads neither. */
const connection = async (): Promise<readonly [Socket, Socket]> => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const client = new Socket()
  client.pause()
  const accepted = once(server, 'connection') as Promise<[Socket]>
  client.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = await accepted
  return [socket, client]
}

const descriptorOf = (socket: Socket): number => {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) throw new Error('a closed socket')
  return Number(handle.fd)
}

/** Returns how many bytes fitted. */
const fill = (fd: number): number => {
  const piece = Buffer.alloc(65_536)
  for (let bytes = 0; ;) {
    try {
      bytes += writeSync(fd, piece)
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return bytes
      throw error
    }
  }
}

it('15.4 output to a non-blocking socket waits for the reader', async () => {
  const [ours, theirs] = await connection()
  const fd = descriptorOf(ours)
  const before = fill(fd)
  const reader = spawn(process.execPath, ['-e', COUNT], { stdio: [theirs, 'pipe', 'inherit'] })
  createBlockingOutput(fd)(Buffer.alloc(1_000_000))
  ours.destroy()
  expect(await text(reader.stdout)).toBe(`${before + 1_000_000}\n`)
  theirs.destroy()
})
