import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { firstValueFrom, Subject } from 'rxjs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  Exchange,
  type ExchangeMessage as Message,
  type Server,
} from '../../../../src/runtime/embedded/http/exchange.js'
import type { GivenMessage, RequestMessage } from '../../../../src/runtime/guest/channel/protocol.js'
import { ask } from './server.js'

type Given = { readonly given: GivenMessage; readonly bytes: string | undefined }

/** A scripted child behind a real HTTP server. */
const childOf = async (
  script: (child: {
    readonly request: RequestMessage
    readonly say: (...messages: readonly Message[]) => void
    readonly want: (of: 'body' | 'room', waitMs: number | null) => Promise<Given>
    readonly end: (error?: string) => void
  }) => void | Promise<void>,
  options = { timeoutMs: 0, bodyMaxBytes: 1000 },
) => {
  const failures: string[] = []
  const kill = vi.fn()
  const over = vi.fn()
  const server = createServer((request, response) => {
    const exchange = new Exchange(
      { request, response, target: { authority: request.headers.host, path: request.url ?? '/' } },
      options,
      {
        left: () => undefined,
        failed: (error) => failures.push(error),
        over,
      },
    )
    let answer: (given: Given) => void = () => undefined
    const child: Server = {
      ask: (message) =>
        void script({
          request: message,
          say: (...messages) => messages.forEach((each) => exchange.message(each)),
          want: (of, waitMs) =>
            new Promise((resolve) => {
              answer = resolve
              exchange.message({ type: 'want', handle: 0, of, waitMs })
            }),
          end: (error) =>
            exchange.answered(
              error === undefined ? { kind: 'printed' } : { kind: 'failed', code: 'trap', error },
            ),
        }),
      give: (given, bytes) => answer({ given, bytes: bytes && Buffer.from(bytes).toString() }),
      kill,
    }
    exchange.begin(child)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, failures, kill, over }
}

const head = (status = 200, headers: readonly (readonly [string, string])[] = []): Message => ({
  type: 'head',
  status,
  headers,
})
const body = (text: string): Message => ({ type: 'body', handle: 0, bytes: Buffer.from(text) })
const finish = (...trailers: readonly (readonly [string, string])[]): Message => ({
  type: 'finish',
  handle: 0,
  trailers,
})

describe('an exchange', () => {
  it('hands over the request, without what is about the connection', async () => {
    const requests: RequestMessage[] = []
    const { port } = await childOf(({ request, say, end }) => {
      requests.push(request)
      say(head(), finish())
      end()
    })
    await ask(port, '/a?b', {
      method: 'OPTIONS',
      headers: { Te: 'trailers', 'X-A': 'b', host: 'example.org' },
    })
    expect(requests).toStrictEqual([
      {
        type: 'request',
        method: 'OPTIONS',
        scheme: 'http',
        authority: 'example.org',
        path: '/a?b',
        headers: [['x-a', 'b']],
        hasBody: false,
      },
    ])
  })

  it('gives the body as it is asked for, then the trailers', async () => {
    const given: Given[] = []
    const { port } = await childOf(async ({ say, want, end }) => {
      given.push(await want('body', null), await want('body', null))
      say(head(), finish())
      end()
    })
    await ask(port, '/', { method: 'POST', body: 'abc' })
    expect(given).toStrictEqual([
      { given: { type: 'given', state: 'some' }, bytes: 'abc' },
      { given: { type: 'given', state: 'end', trailers: [] }, bytes: undefined },
    ])
  })

  it('reports that no data has arrived, at once or after the time limit', async () => {
    const states: string[] = []
    const { port } = await childOf(async ({ say, want, end }) => {
      states.push((await want('body', 0)).given.state, (await want('body', 1)).given.state)
      say(head(), finish())
      end()
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    expect(states).toStrictEqual(['none', 'none'])
  })

  it('reports that a request was aborted', async () => {
    const told = new Subject<string>()
    const state = firstValueFrom(told)
    const { port } = await childOf(async ({ want }) => told.next((await want('body', null)).given.state))
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n', () => socket.destroy())
    expect(await state).toBe('broken')
  })

  it('sends trailers and repeated fields, and no connection-specific fields', async () => {
    const { port, failures } = await childOf(({ say, end }) => {
      say(
        head(201, [
          ['set-cookie', 'a'],
          ['Set-Cookie', 'b'],
          ['Connection', 'x'],
          ['x-latin', 'ä'],
        ]),
      )
      say(body('hello'), finish(['x-sum', '1'], ['transfer-encoding', 'gzip']))
      end()
    })
    const answer = await ask(port, '/')
    expect(answer).toMatchObject({ status: 201, body: 'hello', trailers: { 'x-sum': '1' } })
    expect(answer.headers['set-cookie']).toStrictEqual(['a', 'b'])
    expect(answer.headers.connection).not.toBe('x')
    expect(answer.headers['x-latin']).toBe('ä')
    expect(failures).toStrictEqual([])
  })
})

describe('an exchange with a child that breaks HTTP', () => {
  it.each<[string, readonly Message[], RegExp]>([
    ['a status that is none', [head(99)], /it answered with status 99/],
    ['an informational status', [head(101)], /status 101/],
    ['a field with a line break', [head(200, [['x', 'a\r\nb: c']])], /Invalid character/],
    ['a name that is no token', [head(200, [['a b', 'c']])], /valid HTTP token/],
    [
      'two lengths',
      [
        head(200, [
          ['content-length', '1'],
          ['Content-Length', '2'],
        ]),
      ],
      /content-length/,
    ],
    ['a length that is no number', [head(200, [['content-length', '1e3']])], /content-length/],
    ['a body before the head', [body('x')], /the body began before the head was sent/],
    ['an end before the head', [finish()], /the body ended before the head was sent/],
    ['an error code', [{ type: 'refuse', code: 'DNS-error' }], /it answered with the error DNS-error/],
    ['no answer', [], /it ended without a response/],
  ])('answers 500 for %s', async (_what, messages, why) => {
    const { port, failures, over } = await childOf(({ say, end }) => {
      say(...messages)
      end()
    })
    expect(await ask(port, '/')).toMatchObject({ status: 500, body: 'the component failed\n' })
    expect(failures).toStrictEqual([expect.stringMatching(why)])
    expect(over).toHaveBeenCalledOnce()
  })

  const long: readonly [string, string] = ['content-length', '10']
  it.each<[string, readonly Message[], RegExp]>([
    [
      'a body shorter than said',
      [head(200, [long]), body('123'), finish()],
      /shorter than its content-length/,
    ],
    ['a body longer than said', [head(200, [long]), body('12345678901')], /longer than its content-length/],
    ['a body beyond the limit', [head(), body('x'.repeat(1001))], /longer than 1000 bytes/],
    ['a second head', [head(), head()], /answered twice/],
    ['trailers with a line break', [head(), body('x'), finish(['a', 'b\nc'])], /Invalid character/],
    ['no end', [head(), body('x')], /ended before its response was complete/],
    [
      'a body that is abandoned',
      [head(), body('x'), { type: 'abandon', handle: 0 }],
      /its response is incomplete/,
    ],
  ])('breaks off at %s', async (_what, messages, why) => {
    const { port, failures } = await childOf(({ say, end }) => {
      say(...messages)
      end()
    })
    await expect(ask(port, '/')).rejects.toThrow()
    expect(failures).toStrictEqual([expect.stringMatching(why)])
  })

  it('ends a child that floods', async () => {
    const { port, kill } = await childOf(
      ({ say }) => say(head(), ...Array.from({ length: 10 }, () => body('x'.repeat(60_000)))),
      { timeoutMs: 0, bodyMaxBytes: 1e9 },
    )
    await expect(ask(port, '/')).rejects.toThrow()
    expect(kill).toHaveBeenCalled()
  })

  it('ignores messages after the end', async () => {
    const { port, failures } = await childOf(({ say, end }) => {
      say(head(), body('x'), finish(), body('y'), finish(), head(), { type: 'abandon', handle: 0 })
      end()
    })
    expect(await ask(port, '/')).toMatchObject({ status: 200, body: 'x' })
    expect(failures).toStrictEqual([])
  })

  it('reports a trap after the response, which the client does not see', async () => {
    const { port, failures } = await childOf(({ say, end }) => {
      say(head(), finish())
      end('trap: unreachable')
    })
    expect(await ask(port, '/')).toMatchObject({ status: 200 })
    expect(failures).toStrictEqual(['trap: unreachable'])
  })
})
