import type { Packet } from 'mqtt'
import type { Refusal } from './flight.js'
import { describeReason, isFinalRefusal, isRefusal } from './reasons.js'

/** The broker's refusal of a publication, if this packet is one (MQTT 5). */
export const refusalIn = (packet: Packet): Refusal | undefined => {
  if ((packet.cmd !== 'puback' && packet.cmd !== 'pubrec') || !isRefusal(packet.reasonCode)) return undefined
  const { reasonCode: code, properties } = packet
  return {
    reason: `the broker refused a publication: ${describeReason({ code, words: properties?.reasonString })}`,
    isFinal: isFinalRefusal(code),
  }
}
