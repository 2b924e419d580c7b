import { describe, expect, it } from 'vitest'
import { framingOf } from '../../../../src/runtime/guest/http/connections/framing.js'
import { requestBytes } from '../../../../src/runtime/guest/http/connections/request-bytes.js'

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const NONE = framingOf([])
const CHUNKED = framingOf(['Transfer-Encoding', 'chunked'])
const chunked = (body: string) => `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${body}`
const posted = (body: string) => `POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const lengthOf = (text: string, framing = NONE) => requestBytes(Buffer.from(text, 'latin1'), framing)

describe('the bytes of an answered request', () => {
  it.each([
    ['a request without a body', GET, NONE],
    ['blank lines before a request', `\r\n\r\n${GET}`, NONE],
    ['a body', posted('four'), framingOf(['content-length', '4'])],
    ['a body with a blank line in it', posted('\r\n\r\nx'), framingOf(['content-length', '5'])],
    ['chunks', chunked('4\r\nfour\r\n1;x=y\r\n5\r\n0\r\n\r\n'), CHUNKED],
    ['no chunks', chunked('0\r\n\r\n'), CHUNKED],
    ['a chunk with a blank line and a zero in it', chunked('7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n'), CHUNKED],
    ['trailers', chunked('A\r\n0123456789\r\n0\r\na: b\r\nc: d\r\n\r\n'), CHUNKED],
  ])('end with it: %s', (_, text, framing) => {
    expect(lengthOf(text, framing)).toBe(text.length)
    for (const next of [
      GET,
      posted('four'),
      'POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n',
      'GET',
      '\r\n',
    ])
      expect(lengthOf(text + next, framing)).toBe(text.length)
  })

  it.each([
    ['bare line feeds', 'GET / HTTP/1.1\nHost: x\n\nGET / HTTP/1.1\r\n\r\n', NONE],
    ['one bare line feed', 'GET / HTTP/1.1\r\nHost: x\n\r\n\r\n', NONE],
    ['a part of a body', posted('four').slice(0, -1), framingOf(['content-length', '4'])],
    ['chunks without an end', chunked('4\r\nfour\r\n'), CHUNKED],
    ['a chunk of another length', chunked('3\r\nfour\r\n0\r\n\r\n'), CHUNKED],
    ['a size that is no number', chunked('x\r\nfour\r\n0\r\n\r\n'), CHUNKED],
    ['trailers without an end', chunked('0\r\na: b\r\n'), CHUNKED],
    ['nothing', '', NONE],
  ])('are unknown: %s', (_, text, framing) => expect(lengthOf(text, framing)).toBe(undefined))
})
