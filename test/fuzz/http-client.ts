import { connect } from 'node:net'
import type { Random } from '../support/random.js'

/** A connection that has not ended by then, although the client has ended it, hangs. */
export const OVER_MS = 10_000
/** An incomplete request gets no response; the client gives up then. */
export const SILENCE_MS = 40
const STATUS_LINE = 64

export const HTTP_WORDS = [
  '\r\n',
  '\r',
  '\n',
  '\0',
  ' ',
  ':',
  '\t',
  'HTTP/1.1',
  'HTTP/2.0',
  'HTTP/0.9',
  'GET ',
  'PRI * ',
  'HEAD ',
  '/%00',
  '//',
  '*',
  'Host: ',
  'Content-Length: -1\r\n',
  'Content-Length: 5, 5\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Expect: x\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'ffffffffffffffff\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive\r\n',
  'Upgrade: h2c\r\n',
  '\r\n\r\n',
  '0\r\n\r\n',
  '\x80',
  '\xff',
  ';a=b',
  'Trailer: T\r\n',
] as const

/** An almost valid request for one of the paths. */
export const madeRequest = (random: Random, paths: readonly string[], host = ''): Uint8Array => {
  const headers = Array.from({ length: random.small(12) }, () =>
    random.once(3)
      ? random.pick(HTTP_WORDS)
      : `${'X'.repeat(1 + random.small(30))}: ${'v'.repeat(random.small(400))}\r\n`,
  )
  const method = random.pick(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'FOO', 'get'])
  const path = random.pick([
    ...paths,
    '*',
    `http://x${paths[0] ?? '/'}`,
    '/%ff',
    `/${'a'.repeat(random.small(9000))}`,
    '',
  ])
  const body = random.once(2)
    ? ''
    : `${random.small(40).toString(16)}\r\n${'b'.repeat(random.small(40))}\r\n0\r\n\r\n`
  return Buffer.from(
    `${method} ${path} HTTP/1.${random.below(3)}\r\n${host}${headers.join('')}\r\n${body}`,
    'latin1',
  )
}

/**
 * Sends the bytes, waits until there was silence for a while, ends its side (or with `destroy` the connection), and
 * waits for the end of the connection; resolves to the status of the response.
 */
export const exchange = (
  port: number,
  bytes: Uint8Array,
  silenceMs: number,
  give: 'end' | 'destroy' = 'end',
): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const overdue = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection is not over after ${OVER_MS} ms`))
    }, OVER_MS)
    const silence = setTimeout(() => socket[give](), silenceMs)
    let first = ''
    socket.on('data', (data: Buffer) => {
      silence.refresh()
      if (first.length < STATUS_LINE) first += data.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(overdue)
      clearTimeout(silence)
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 'nothing')
    })
    socket.write(bytes)
  })
