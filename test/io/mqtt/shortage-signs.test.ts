import type { Packet } from 'mqtt'
import { expect, it } from 'vitest'
import { ShortageSigns } from '../../../src/io/mqtt/shortage-signs.js'

const pubrec = (reasonCode?: number): Packet => ({
  cmd: 'pubrec',
  messageId: 7,
  ...(reasonCode !== undefined && { reasonCode }),
})
const PUBCOMP: Packet = { cmd: 'pubcomp', messageId: 6 }
const doubt = (id: number) => ({ id, ageMs: expect.any(Number) as number })

it.each<[string, readonly Packet[], boolean, object]>([
  ['a PUBREC, and the end', [PUBCOMP, pubrec()], true, { isOverQuota: false, receipt: doubt(7) }],
  ['another packet after it', [pubrec(), PUBCOMP], true, { isOverQuota: false, receipt: undefined }],
  ['our end, or MQTT 5', [pubrec()], false, { isOverQuota: false, receipt: undefined }],
  ['a refusal for lack of room', [pubrec(0x97), PUBCOMP], false, { isOverQuota: true, receipt: undefined }],
  ['a refusal for another reason', [pubrec(0x87)], false, { isOverQuota: false, receipt: undefined }],
  [
    'a DISCONNECT for lack of room',
    [{ cmd: 'disconnect', reasonCode: 0x93 }],
    false,
    { isOverQuota: true, receipt: undefined },
  ],
  [
    'a refused connection',
    [{ cmd: 'connack', sessionPresent: false, reasonCode: 0x97 }],
    false,
    { isOverQuota: false, receipt: undefined },
  ],
])('reads the signs of a shortage: %s (issue 14.3)', (_, packets, isReceiptDoubtful, expected) => {
  const signs = new ShortageSigns()
  signs.accepted()
  for (const packet of packets) signs.received(packet)
  expect(signs.ended(isReceiptDoubtful)).toEqual(expected)
})

it.each([
  [99, { id: 7, ageMs: 5099 }],
  [100, undefined],
])('doubts a PUBREC only if the connection ends directly after it: %i ms (issue 14.3)', (ms, receipt) => {
  let now = 1000
  const signs = new ShortageSigns(() => now)
  signs.accepted()
  now += 5000
  signs.received(pubrec())
  now += ms
  expect(signs.ended(true)).toEqual({ isOverQuota: false, receipt })
})
