import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { SUBMIT } from '../../../src/cli/commands/client.js'
import { parseWords } from '../../../src/cli/commands/parse.js'
import { startMessage } from '../../../src/cli/submit/message.js'
import { requestOf } from '../../../src/cli/submit/request.js'
import { findSource } from '../../../src/cli/submit/source.js'
import type { ChannelConfig } from '../../../src/io/config/channel.js'

const ENV = { HOME: '/home/me', EMPTY: '' }

const request = (...argv: readonly string[]) => {
  const words = parseWords(SUBMIT, ['a.wasm', ...argv])
  if (E.isLeft(words)) throw new Error(words.left.join('; '))
  return requestOf(words.right, ENV, () => 'random')
}

describe('the request of a command line', () => {
  it('is the program, on every proplet, by default', () => {
    expect(request()).toStrictEqual({
      taskId: 'random',
      wait: false,
      json: false,
      timeoutMs: undefined,
      command: { id: 'random', name: '_start', inputs: [], env: {} },
    })
  })

  it('has every field of a start command', () => {
    const { command, timeoutMs } = request(
      ...['1', '--input', '-2', '--name', 'f', '--env', 'HOME', '--env', 'A=b=c', '--env', 'UNSET'],
      ...['--cli-arg', '--port', '--cli-arg=80', '--daemon', '--proplet', 'p', '--id', 'me'],
      ...['--wait', '--timeout', '1m30s', '--env', 'EMPTY'],
    )
    expect(timeoutMs).toBe(90_000)
    expect(command).toStrictEqual({
      id: 'me',
      name: 'f',
      inputs: ['1', '-2'],
      env: { HOME: '/home/me', A: 'b=c', EMPTY: '' },
      cli_args: ['--port', '80'],
      daemon: true,
      proplet_id: 'p',
    })
  })

  it.each([
    [['--id', ''], /^--id: found ""; expected 1 to 256 characters/],
    [['--id', 'a\nb'], /^--id: found "a\\nb"; expected/],
    [['--proplet', 'x'.repeat(300)], /^--proplet: found "x{100}"; expected/],
    [['--name', ''], /^--name: expected/],
    [['--env', '=s3cret'], /^--env: found a variable without a name; expected K=V, or K$/],
    [['--timeout', '5s'], /^found --timeout without --wait/],
    [['--wait', '--timeout', 'soon'], /^--timeout: found "soon"; expected a time such as/],
    [['--wait', '--timeout', '0'], /^--timeout: found "0"/],
    [['--wait', '--latent'], /^found --latent and --wait/],
    [['--daemon', '--latent'], /^found --latent and --daemon/],
    [['--latent', '1'], /^found --latent and inputs/],
  ])('is refused: %j', (argv, message) => {
    expect(() => request(...argv)).toThrow(
      expect.objectContaining({ exit: 64, message: expect.stringMatching(message) as string }),
    )
  })
})

describe('FILE or IMAGE', () => {
  const built = 'test/fixtures/built/add.wasm'

  it.each([
    'registry.example/add:v1',
    'localhost:5000/add',
    'add:v1',
    'a/b',
    `r.io/a/b@sha256:${'0'.repeat(64)}`,
  ])('%s is an image', async (text) => {
    expect(await findSource(text, process.stdin)).toStrictEqual({ type: 'image', image: text })
  })

  it('an existing file is a file', async () => {
    expect(await findSource(built, process.stdin)).toMatchObject({ type: 'file', name: built })
  })

  it.each([
    ['./no/such:file', 66, /can't be read: ENOENT/],
    ['/no/such', 66, /can't be read/],
    ['no.wasm', 66, /"no.wasm" can't be read/],
    ['registry.example/add.wasm', 66, /can't be read/],
    [
      'ad',
      66,
      /^found "ad", which is neither a file nor an image; expected an existing file, or a reference/,
    ],
    ['what is this:', 66, /neither a file nor an image/],
    ['test/cli', undefined, /./],
    ['package.json', 65, /"package.json": not a WebAssembly binary/],
    ['/', 66, /EISDIR/],
  ])('%s', async (text, exit, message) => {
    const found = findSource(text, process.stdin)
    if (exit === undefined) expect(await found).toMatchObject({ type: 'image' })
    else
      await expect(found).rejects.toMatchObject({ exit, message: expect.stringMatching(message) as string })
  })
})

describe('the start command', () => {
  const config: ChannelConfig = {
    identity: { domainId: 'd', channelId: 'c', clientId: 'i', clientKey: 'k' },
    mqtt: {
      address: { transport: 'tcp', host: 'h', port: 1, path: '' },
      mqtt5: undefined,
      tls: undefined,
      timeoutMs: 1,
      qos: 2,
      keepAliveSeconds: 1,
      maxPacketSize: 2048,
      inflight: 1,
    },
  }
  const file = (length: number) =>
    ({ type: 'file', name: 'big.wasm', bytes: new Uint8Array(length) }) as const

  it('holds the binary', () => {
    expect(startMessage({ id: 't' }, { type: 'image', image: 'i' }, config).payload).toStrictEqual({
      id: 't',
      image_url: 'i',
    })
    expect(startMessage({ id: 't' }, file(3), config).payload).toStrictEqual({ id: 't', file: 'AAAA' })
  })

  it.each([
    [file(1_000_000), {}, '"big.wasm": the command would have 1.3 MB; expected at most 2.0 kB'],
    [file(1530), {}, '"big.wasm": the command would have 2.1 kB; expected at most 2.0 kB'],
    [{ type: 'image', image: 'i' } as const, { inputs: ['x'.repeat(3000)] }, 'the inputs: the command'],
  ])('must fit into a packet: %#', (source, command, message) => {
    expect(() => startMessage(command, source, config)).toThrow(
      expect.objectContaining({ exit: 65, message: expect.stringContaining(message) as string }),
    )
  })
})
