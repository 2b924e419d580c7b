import { describe, expect, it } from 'vitest'
import { decodeFromGuest } from '../../../src/runtime/embedded/guests/decode.js'
import { FrameDecoder } from '../../../src/runtime/guest/channel/frame-decoder.js'
import { encodeFrame } from '../../../src/runtime/guest/channel/frames.js'

const decodeFrames = (...chunks: Buffer[]): unknown[] => {
  const decoder = new FrameDecoder()
  const values: unknown[] = []
  for (const chunk of chunks) decoder.push(chunk, (value) => values.push(value))
  return values
}

describe('frames of a child', () => {
  it('are read however they are split', () => {
    const messages = [{ type: 'ready' }, { type: 'warning', message: 'ä' }, {}]
    const bytes = Buffer.concat(messages.map((message) => encodeFrame(message)))
    expect(decodeFrames(bytes)).toStrictEqual(messages)
    expect(decodeFrames(...Array.from(bytes, (byte) => Buffer.of(byte)))).toStrictEqual(messages)
  })

  it('are refused if they or their bodies are too long, or if they are not JSON', () => {
    expect(() => decodeFrames(encodeFrame({ text: 'x'.repeat(300_000) }))).toThrow('too long')
    expect(() => decodeFrames(encodeFrame({}, 70_000))).toThrow('too long')
    const broken = encodeFrame({})
    broken.write('x', 8)
    expect(() => decodeFrames(broken)).toThrow(SyntaxError)
  })
})

describe('messages of a guest', () => {
  const done = { type: 'done', end: { kind: 'printed' }, stdoutBytes: 0, stderrBytes: 1, thenReady: false }

  it.each([
    [{ type: 'ready' }],
    [{ type: 'started', compileMs: 0.5 }],
    [{ type: 'warning', message: 'x' }],
    [done],
    [{ ...done, end: { kind: 'returned', text: '1' } }],
    [{ ...done, end: { kind: 'failed', code: 'trap', error: 'x' } }],
  ])('are accepted: %j', (message) => {
    expect(decodeFromGuest(message)).toStrictEqual(message)
  })

  it.each([
    [undefined],
    [null],
    ['ready'],
    [{}],
    [{ type: 'run' }],
    [{ type: 'started', compileMs: '1' }],
    [{ type: 'started', compileMs: -1 }],
    [{ type: 'warning', message: {} }],
    [{ ...done, stdoutBytes: 1.5 }],
    [{ ...done, stderrBytes: Infinity }],
    [{ ...done, thenReady: 1 }],
    [{ ...done, end: null }],
    [{ ...done, end: { kind: 'returned', text: 1 } }],
    [{ ...done, end: { kind: 'failed', code: 'shutdown', error: 'x' } }],
    [{ ...done, end: { kind: 'failed', code: 'trap' } }],
  ])('are refused: %j', (message) => {
    expect(decodeFromGuest(message)).toBeUndefined()
  })
})
