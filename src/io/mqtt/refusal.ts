import type { Packet } from 'mqtt'
import type { Refusal } from './flight.js'
import { describeReason, isFinalRefusal, isRefusal } from './reasons.js'

/** What the broker has refused a publication for, if this packet says so (MQTT 5). */
export const refusalIn = (packet: Packet): Refusal | undefined => {
  if ((packet.cmd !== 'puback' && packet.cmd !== 'pubrec') || !isRefusal(packet.reasonCode)) return undefined
  const { reasonCode: code, properties } = packet
  return {
    reason: `the broker refused a publication: ${describeReason({ code, words: properties?.reasonString })}`,
    isFinal: isFinalRefusal(code),
  }
}
