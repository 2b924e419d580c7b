import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decode } from '../codecs/decode.js'
import { integer } from '../codecs/types.js'

const whole = integer('a whole number', 0, Number.MAX_SAFE_INTEGER)
const packet = t.type({
  qos: t.union([t.literal(1), t.literal(2)]),
  id: whole,
  bytes: whole,
  checksum: whole,
})
const invocation = t.partial({ id: t.string })

const command = t.intersection([
  t.type({
    type: t.literal('command'),
    number: whole,
    /** The ID of the task. */
    id: t.string,
    subtopic: t.string,
    /** Size of the message if it is kept for another run: in this record if small, else in parts; 0 if it is not kept. */
    contentBytes: whole,
  }),
  /** `env`: the variables that describe a round. `once`: the message is kept only until a guest starts it. */
  t.partial({
    packet,
    invocation,
    env: t.record(t.string, t.string),
    once: t.boolean,
    stopped: t.boolean,
    reruns: whole,
  }),
])

const result = t.intersection([
  t.type({
    type: t.literal('result'),
    number: whole,
    command: whole,
    subtopic: t.string,
    /** Whether this is the last result of its command. */
    final: t.boolean,
  }),
  /** `packet`: that of its command, which has no record of its own. */
  t.partial({ messageId: whole, released: t.boolean, packet }),
])

/** Steps in the delivery of results and packets, several for each. They have no content. */
const step = t.union([
  t.type({ type: t.literal('sent'), number: whole, messageId: whole }),
  t.type({ type: t.literal('released'), number: whole }),
  t.type({ type: t.literal('settled'), number: whole }),
  t.type({ type: t.literal('forgotten'), id: whole }),
])

const record = t.union([
  command,
  t.type({ type: t.literal('part'), number: whole, index: whole }),
  t.intersection([t.type({ type: t.literal('stop'), number: whole, id: t.string }), t.partial({ packet })]),
  t.type({ type: t.literal('rerun'), number: whole }),
  t.type({ type: t.literal('begun'), number: whole }),
  t.type({ type: t.literal('closed'), number: whole }),
  result,
  step,
  t.type({ type: t.literal('steps'), steps: t.array(step) }),
  t.type({ type: t.literal('packet'), packet }),
  t.type({ type: t.literal('session-lost') }),
  t.type({ type: t.literal('opened') }),
  t.type({ type: t.literal('steady') }),
])

/**
 * One event. A `command` lives until it is `closed`, by its final result or without one; a `stop` applies to earlier
 * commands of its task; a command has `begun` when a guest is about to get it. A `result` lives until it is `settled`;
 * it was `sent` under a packet ID, and is `released` by us once the broker has it (QoS 2). A `packet` was received and
 * may be repeated until it is `forgotten`.
 * `steps` are records that were written together, in order.
 * A process that was `opened` is `steady` when it has lived for a while.
 */
export type JournalStep = t.TypeOf<typeof step>
export type JournalRecord = t.TypeOf<typeof record>
export type RecordOf<T extends JournalRecord['type']> = Extract<JournalRecord, { readonly type: T }>

const END_OF_HEAD = Buffer.from('\n')

/** JSON, followed by a line feed and the content. */
export const encodeRecord = (value: JournalRecord, content?: Uint8Array): Uint8Array[] => {
  const head = Buffer.from(JSON.stringify(value))
  return content === undefined ? [head] : [head, END_OF_HEAD, content]
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const decodeHead = decode(record)
const NOTHING = Buffer.alloc(0)

export type WithContent = { readonly record: JournalRecord; readonly content: Buffer }

/** `content` is a view of `body`. Undefined if this release does not know the record. */
export const decodeRecord = (body: Buffer): WithContent | undefined => {
  const end = body.indexOf(END_OF_HEAD)
  const head = end < 0 ? body : body.subarray(0, end)
  const decoded = decodeHead(parsed(head.toString()))
  if (E.isLeft(decoded)) return undefined
  return { record: decoded.right, content: end < 0 ? NOTHING : body.subarray(end + 1) }
}
