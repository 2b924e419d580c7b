// @ts-check
// Separate process: an HTTP client with kept connections, each with one request at a time. Receives
// { port, path, connections, warmMs, ms } and answers { times, seconds, failures }, times in milliseconds.
import { once } from 'node:events'
import { connect } from 'node:net'

const HEAD_END = '\r\n\r\n'
const LAST_CHUNK = '\r\n0\r\n\r\n'
/** How late after the end an answer may arrive. */
const OVERDUE_MS = 2000

/**
 * Whether a response is complete. Only for known bodies: a chunk with the end marker inside would end it early.
 * @param {string} text
 */
const isComplete = (text) => {
  const end = text.indexOf(HEAD_END)
  if (end === -1) return false
  const head = text.slice(0, end).toLowerCase()
  if (head.includes('\r\ntransfer-encoding: chunked')) return text.indexOf(LAST_CHUNK, end + 2) !== -1
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
  return text.length >= end + HEAD_END.length + length
}

/** @typedef {{port: number, path: string, connections: number, warmMs: number, ms: number}} Load */
/** @typedef {{times: number[], failures: number, from: number, until: number}} Tally */

/** @param {Load} load @param {Tally} tally one connection, until the time is over */
const connection = async ({ port, path }, tally) => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
  return new Promise((resolve) => {
    let sentAt = 0
    let text = ''
    const send = () => {
      text = ''
      sentAt = performance.now()
      socket.write(request)
    }
    socket.on('data', (data) => {
      text += data
      if (!isComplete(text)) return
      const now = performance.now()
      if (now > tally.until) return void socket.destroy()
      if (sentAt >= tally.from) {
        if (text.startsWith('HTTP/1.1 200')) tally.times.push(now - sentAt)
        else tally.failures += 1
      }
      send()
    })
    const overdue = setTimeout(
      () => {
        tally.failures += 1
        socket.destroy()
      },
      tally.until + OVERDUE_MS - performance.now(),
    )
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(overdue)
      if (performance.now() <= tally.until) tally.failures += 1
      resolve(undefined)
    })
    send()
  })
}

/** @param {Load} load */
const measure = async (load) => {
  const from = performance.now() + load.warmMs
  /** @type {Tally} */
  const tally = { times: [], failures: 0, from, until: from + load.ms }
  await Promise.all(Array.from({ length: load.connections }, () => connection(load, tally)))
  return { times: tally.times, failures: tally.failures, seconds: load.ms / 1000 }
}

process.on('message', async (/** @type {Load} */ load) => process.send?.(await measure(load)))
process.send?.('ready')
