import { describe, expect, it } from 'vitest'
import { decodeRecord, encodeRecord, type JournalRecord } from '../../../src/io/journal/record.js'
import { packet } from './harness.js'

const encoded = (record: JournalRecord, content?: Uint8Array): Buffer =>
  Buffer.concat(encodeRecord(record, content))

const RECORDS: readonly JournalRecord[] = [
  {
    type: 'command',
    number: 1,
    id: 'a\nb',
    subtopic: 's',
    contentBytes: 3,
    packet: packet(1),
    invocation: { id: 'i' },
  },
  {
    type: 'command',
    number: 2,
    id: 'ü',
    subtopic: 's',
    contentBytes: 0,
    invocation: {},
    stopped: true,
    reruns: 2,
  },
  { type: 'part', number: 2, index: 7 },
  { type: 'stop', number: 3, id: 'a', packet: packet(2, 1) },
  { type: 'rerun', number: 4 },
  { type: 'closed', number: 5 },
  { type: 'result', number: 6, command: 1, subtopic: 's', final: true, messageId: 9, released: false },
  { type: 'sent', number: 6, messageId: 65_535 },
  { type: 'released', number: 6 },
  { type: 'settled', number: Number.MAX_SAFE_INTEGER },
  { type: 'packet', packet: packet(3) },
  { type: 'forgotten', id: 3 },
  {
    type: 'steps',
    steps: [
      { type: 'sent', number: 6, messageId: 1 },
      { type: 'released', number: 6 },
      { type: 'settled', number: 6 },
      { type: 'forgotten', id: 3 },
    ],
  },
  { type: 'session-lost' },
  { type: 'opened' },
  { type: 'steady' },
]

describe('records', () => {
  it.each(RECORDS)('survive a round trip: $type', (record) => {
    const content = Buffer.from('\n{"any": "bytes"}\n\xff', 'latin1')
    expect(decodeRecord(encoded(record))).toEqual({ record, content: Buffer.alloc(0) })
    expect(decodeRecord(encoded(record, content))).toEqual({ record, content })
  })

  it.each([
    '',
    'no JSON',
    '[]',
    '{"type":"of a later release","number":1}',
    '{"type":"closed"}',
    '{"type":"closed","number":-1}',
    '{"type":"closed","number":1.5}',
    '{"type":"closed","number":1e300}',
    '{"type":"stop","number":1,"id":"a","packet":{"qos":3,"id":1,"bytes":1,"checksum":1}}',
    '{"type":"steps","steps":[{"type":"opened"}]}',
  ])('of another form are rejected: %s', (text) => {
    expect(decodeRecord(Buffer.from(text))).toBeUndefined()
  })
})
