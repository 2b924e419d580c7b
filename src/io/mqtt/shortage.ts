import type { Ended } from './connection-events.js'
import type { MqttLog } from './options.js'
import type { Session } from './session.js'

export type ShortageDeps = {
  readonly session: Pick<Session, 'window' | 'flights'>
  readonly broker: string
  readonly log: MqttLog
}

/** Keeps fewer publications in flight if the connection ended because the broker was short of room; logged once per session. */
export const reactToShortage = ({ session, broker, log }: ShortageDeps, ended: Ended): void => {
  const { window, flights } = session
  const wasNarrowed = window.narrowed !== undefined
  if (!window.ended(ended)) return
  // The broker has dropped what it answered last.
  if (ended.receipt !== undefined) flights.doubt(ended.receipt.id)
  const details = { broker, ...window.narrowed }
  if (wasNarrowed)
    log.debug(details, 'The broker is short of room again; keeping fewer publications in flight')
  else
    log.warn(
      details,
      'The broker is short of room for publications in flight; keeping fewer of them until it begins a new session',
    )
}
