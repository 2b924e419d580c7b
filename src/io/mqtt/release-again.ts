import type { Session } from './session.js'

/** PUBREL with two more bytes (MQTT 3.1.1, section 3.6). */
const PUBREL = [0x62, 2]
const PUBREL_BYTES = 4
/** Packet IDs that are used next: an answer to a release must not be taken for one to a new publication. */
const AHEAD = 1024

/**
 * Continues the session, or begins a new one. Returns the packet IDs to release again: those that the broker may still hold in a
 * session that it has kept, although they were completed. A broker that crashed continues from an older state: it counts them as
 * in flight, and has not passed on those publications.
 */
export const continueSession = (session: Session, sessionPresent: boolean): readonly number[] => {
  const { window, completed, ids, flights, inbound, publishQos } = session
  flights.connected(sessionPresent)
  if (sessionPresent) {
    const recent = completed.take()
    // What was published with QoS 1 is never released, and a broker without QoS 2 closes the connection at a PUBREL.
    const isSweep = window.takeSweep() && publishQos.value === 2
    return (isSweep ? ids.behind(AHEAD) : recent).filter((id) => !flights.has(id))
  }
  inbound.clear()
  completed.clear()
  window.reset()
  return []
}

export const releasesOf = (ids: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(ids.length * PUBREL_BYTES)
  ids.forEach((id, i) => {
    bytes.set(PUBREL, i * PUBREL_BYTES)
    bytes.writeUInt16BE(id, i * PUBREL_BYTES + PUBREL.length)
  })
  return bytes
}
