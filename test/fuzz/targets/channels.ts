import { decodeFromGuest } from '../../../src/runtime/embedded/guests/decode.js'
import { FrameDecoder } from '../../../src/runtime/guest/channel/frame-decoder.js'
import { PacketError, PacketLimiter } from '../../../src/io/mqtt/limiter.js'
import { encodeFrame } from '../../../src/runtime/guest/channel/frames.js'
import type { Random } from '../../support/random.js'
import { causeOf, utf8, type Target } from '../target.js'

/** Splits an input at places that depend on its content, like a socket. */
const pieces = (input: Uint8Array): readonly Buffer[] => {
  const cut = Math.max(1, (input[0] ?? 1) * 3)
  const bytes = Buffer.from(input.subarray(1))
  return Array.from({ length: Math.ceil(bytes.length / cut) }, (_, i) =>
    bytes.subarray(i * cut, (i + 1) * cut),
  )
}

const SAID: readonly object[] = [
  { type: 'ready' },
  { type: 'started', compileMs: 1.5 },
  { type: 'warning', message: 'w' },
  { type: 'done', end: { kind: 'returned', text: '30' }, stdoutBytes: 1, stderrBytes: 2, thenReady: true },
  {
    type: 'done',
    end: { kind: 'failed', code: 'trap', error: 'e' },
    stdoutBytes: 0,
    stderrBytes: 0,
    thenReady: false,
  },
  { type: 'serving', compileMs: 1 },
  { type: 'answered', end: { kind: 'printed' } },
  { type: 'head', status: 200, headers: [['a', 'b']] },
  { type: 'want', of: 'body', waitMs: null },
  { type: 'body' },
  { type: 'finish', trailers: [] },
  { type: 'refuse', code: 'x' },
]

const frame = (message: object, body = 0): Uint8Array =>
  Buffer.concat([encodeFrame(message, body), Buffer.alloc(body)])

/** What a compromised child might write to its channel. */
export const frames: Target = {
  name: 'frames',
  share: 40,
  maxBytes: 20_000,
  words: ['"type":', '"done"', '"end":', '"kind":', '"failed"', '"headers":', 'null', '-1', '1e99', '{}'],
  seeds: () => SAID.map((message) => Uint8Array.from([40, ...frame(message, 3)])),
  make: (random) => {
    const messages = Array.from({ length: 1 + random.small(5) }, () =>
      frame({ ...random.pick(SAID), ...random.pick(SAID) }, random.small(50)),
    )
    return Buffer.concat([Uint8Array.of(random.below(256)), ...messages])
  },
  open: () =>
    Promise.resolve({
      run: (input) => {
        const decoder = new FrameDecoder()
        const said: string[] = []
        try {
          for (const piece of pieces(input))
            decoder.push(piece, (value, body) => said.push(decodeFromGuest(value, body)?.type ?? 'nothing'))
        } catch (error) {
          // the reader of the channel ends the child for this
          if (error instanceof Error) return `${said.slice(0, 3).join()} ${causeOf(error.message)}`
          throw error
        }
        return said.length > 0 && !said.includes('nothing') ? 'accepted' : said.slice(0, 6).join()
      },
    }),
}

const MAX_PACKET_BYTES = 200
const MARKER = utf8('marker')

const remaining = (random: Random, length: number): readonly number[] => {
  if (random.once(10)) return [0xff, 0xff, 0xff, random.below(256)]
  return length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
}

const packet = (random: Random): readonly number[] => {
  const body = [...random.bytes(random.small(400))]
  const topic = [0, 3, 0x61, 0x2f, 0x62, 0, random.below(256)]
  const content = random.once(3) ? body : [...topic, ...body]
  return [
    random.once(2) ? 0x30 + random.below(16) : random.below(256),
    ...remaining(random, content.length),
    ...content,
  ]
}

/** What a compromised broker might send. */
export const packets: Target = {
  name: 'packets',
  share: 25,
  maxBytes: 5000,
  words: [],
  seeds: () => [
    Uint8Array.from([5, 0x20, 2, 0, 0, 0x32, 7, 0, 3, 0x61, 0x2f, 0x62, 0, 1]),
    Uint8Array.from([200, 0xd0, 0, 0x90, 3, 0, 1, 2]),
  ],
  make: (random) =>
    Uint8Array.from([
      random.below(256),
      ...Array.from({ length: 1 + random.small(6) }, () => packet(random)).flat(),
    ]),
  open: () =>
    Promise.resolve({
      run: (input) => {
        let oversized = 0
        const limiter = new PacketLimiter({
          maxPacketBytes: MAX_PACKET_BYTES,
          marker: MARKER,
          // half of them with MQTT 5
          hasProperties: ((input[0] ?? 0) & 1) === 1,
          onOversize: () => (oversized += 1),
        })
        let passed = 0
        try {
          for (const piece of pieces(input)) for (const part of limiter.push(piece)) passed += part.length
        } catch (error) {
          if (error instanceof PacketError) return causeOf(error.message)
          throw error
        }
        if (passed > input.length + oversized * (MARKER.length + 6))
          throw new Error('more came out than went in')
        return oversized === 0 ? 'accepted' : `${Math.min(oversized, 5)} oversized`
      },
    }),
}
