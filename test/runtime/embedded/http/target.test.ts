import * as E from 'fp-ts/lib/Either.js'
import { connect } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { targetOf } from '../../../../src/runtime/guest/http/messages/target.js'
import { ask, serve } from './server.js'

const target = (url: string, hosts: readonly string[] = ['h.example'], method = 'GET') =>
  E.getOrElseW((problem: string) => problem)(
    targetOf({ url, method, rawHeaders: hosts.flatMap((host) => ['HoSt', host]) }),
  )

describe('C24: the target of a request', () => {
  it.each([
    ['/a?b=c', ['h.example'], { authority: 'h.example', path: '/a?b=c' }],
    ['http://other.example:81/a?b', ['h.example'], { authority: 'other.example:81', path: '/a?b' }],
    ['HTTP://other.example', ['h.example'], { authority: 'other.example', path: '/' }],
    ['http://other.example?q', ['h.example'], { authority: 'other.example', path: '/?q' }],
    ['https://[::1]:8080/x', ['h.example'], { authority: '[::1]:8080', path: '/x' }],
    ['/', [], { authority: undefined, path: '/' }],
    ['/', ['h.example', 'h.example'], 'more than one Host field'],
    ['/', ['a b'], 'a malformed Host field'],
    ['/', ['user@h'], 'a malformed Host field'],
    ['/a#b', ['h.example'], 'a fragment in the request target'],
    ['http://', ['h.example'], 'a malformed request target'],
    ['http://user@h/', ['h.example'], 'a malformed request target'],
    ['ftp://h/', ['h.example'], 'a malformed request target'],
    ['*', ['h.example'], 'a malformed request target'],
  ])('%j with Host %j', (url, hosts, expected) => {
    expect(target(url, hosts)).toStrictEqual(expected)
  })

  it('may be * for OPTIONS', () => {
    expect(target('*', ['h'], 'OPTIONS')).toStrictEqual({ authority: 'h', path: '*' })
  })
})

describe('a server', () => {
  const raw = async (port: number, request: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(request)
    return text(socket)
  }

  it('C24: refuses two Host lines, and gives the guest the path of an absolute target', async () => {
    const { port } = await serve()
    const close = 'connection: close\r\n\r\n'
    const twice = await raw(port, `GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n${close}`)
    expect(twice).toMatch(/^HTTP\/1\.1 400 /)
    const absolute = await raw(
      port,
      `GET http://seen.example/headers?a=b HTTP/1.1\r\nhost: unseen.example\r\n${close}`,
    )
    expect(absolute).toMatch(/^HTTP\/1\.1 200 /)
    expect(absolute).toContain('/headers?a=b')
    expect(absolute).toContain('seen.example')
    expect(absolute).not.toContain('unseen.example')
  })

  it('C26 (14.8): lets connections that send no head give way to those that do', async () => {
    const { port } = await serve({ maxRequests: 2 })
    const idle = Array.from({ length: 12 }, () => connect(port, '127.0.0.1'))
    onTestFinished(() => idle.forEach((socket) => socket.destroy()))
    await Promise.all(idle.map((socket) => once(socket, 'connect')))
    for (const socket of idle) socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nx-slow: ')
    expect((await ask(port, '/')).status).toBe(200)
  })
})
