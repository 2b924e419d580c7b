import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { filter, firstValueFrom, map, ReplaySubject, lastValueFrom, NEVER, scan } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NetworkRule } from '../../../../src/net/policy.js'
import type { RunEvent } from '../../../../src/model/runtime.js'
import { fixture, ISOLATIONS, request, run, runtimeOfTest } from '../harness.js'

const EVERYTHING: readonly NetworkRule[] = [{ host: '*', port: undefined }]
/** Error numbers of wasi:sockets. */
const ERRORS = {
  'access-denied': 1,
  'invalid-argument': 3,
  'connection-refused': 14,
  'name-unresolvable': 18,
} as const
const errorText = (name: keyof typeof ERRORS) => `error ${ERRORS[name]}\n`
const program = fixture('components/sockets')

const echoPort = async (): Promise<number> => {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe.each(ISOLATIONS)('a component that uses sockets (%s)', (isolation) => {
  const open = (rules: readonly NetworkRule[]) =>
    runtimeOfTest({ isolation, network: { rules, tls: { ca: undefined, verify: true } } })
  const ran = async (inputs: readonly string[], rules = EVERYTHING) =>
    run(await open(rules), { binary: program, inputs })
  const results = async (inputs: readonly string[], rules = EVERYTHING) => {
    const { outcome } = await ran(inputs, rules)
    return outcome.kind === 'completed' ? outcome.results : outcome
  }

  it('resolves names', async () => {
    expect(await results(['lookup', 'localhost'])).toMatch(/127\.0\.0\.1\n|ipv6\n/)
    expect(await results(['lookup', '127.0.0.1'])).toBe('127.0.0.1\n')
    expect(await results(['lookup', 'no name'])).toBe(errorText('invalid-argument'))
    expect(await results(['lookup', 'nowhere.invalid'])).toMatch(/^error (18|19)\n$/)
  })

  it('uses TCP, half-closes, and receives all answers', async () => {
    const port = String(await echoPort())
    expect(await results(['tcp', '127.0.0.1', port, 'hello'])).toBe('hello')
    const large = 'x'.repeat(500_000)
    expect(await results(['tcp', '127.0.0.1', port, large])).toBe(large)
    expect(await results(['tcp', '127.0.0.1', '1', 'hello'])).toBe(errorText('connection-refused'))
    expect(await results(['tcp', '0.0.0.0', port, 'hello'])).toBe(errorText('invalid-argument'))
  })

  it.each(['169.254.169.254', '100.100.100.200', '192.0.0.192'])(
    'may not reach the link-local address %s by *',
    async (address) => {
      expect(await results(['tcp', address, '80', 'hello'])).toBe(errorText('access-denied'))
    },
  )

  it('listens if everything is allowed', async () => {
    const events$ = new ReplaySubject<RunEvent>()
    const runtime = await open(EVERYTHING)
    runtime.run(request({ binary: program, inputs: ['listen', '0'] }), NEVER).subscribe(events$)
    const said = await firstValueFrom(
      events$.pipe(
        filter((event) => event.type === 'output'),
        scan((said, { data }) => said + Buffer.from(data).toString(), ''),
        map((said) => /^port (\d+)\n/.exec(said)?.[1]),
        filter((port) => port !== undefined),
      ),
    )
    const client = connect(Number(said), '127.0.0.1')
    client.end('to the guest and back')
    expect(await text(client)).toBe('to the guest and back')
    expect(await lastValueFrom(events$)).toMatchObject({ outcome: { kind: 'completed' } })
    expect(await results(['listen', '0'], [{ host: '127.0.0.1', port: undefined }])).toBe(
      errorText('access-denied'),
    )
  })

  it('sends datagrams and receives the answers', async () => {
    const server = createSocket('udp4')
    onTestFinished(() => void server.close())
    server.on('message', (data, from) => server.send(`${data.toString()}!`, from.port, from.address))
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
    expect(await results(['udp', '127.0.0.1', String(server.address().port), 'hello'])).toBe('hello!')
  })

  it('reaches listed hosts, by address or by a name that resolved to it', async () => {
    const port = await echoPort()
    const inputs = ['tcp', '127.0.0.1', String(port), 'hello']
    expect(await results(inputs, [{ host: '127.0.0.1', port }])).toBe('hello')
    expect(await results(inputs, [{ host: 'localhost', port: undefined }])).toBe(errorText('access-denied'))
    const { outcome, warnings } = await ran(inputs, [{ host: '127.0.0.1', port: port + 1 }])
    expect(outcome).toMatchObject({ results: errorText('access-denied') })
    expect(warnings).toStrictEqual([`no access to "127.0.0.1:${port}": PROPLET_NETWORK does not allow it`])
    expect(await results(['lookup', 'localhost'], [])).toBe(errorText('access-denied'))
    expect(await results(['lookup', 'localhost'], [{ host: 'localhost', port: 1 }])).toMatch(/127|ipv6/)
  })
})
