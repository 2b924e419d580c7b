import { Counter, Gauge, type Registry } from 'prom-client'
import { defer, ignoreElements, merge, tap, type Observable } from 'rxjs'
import { readCounters, readGauges, type Readings } from './read-figures.js'
import type { OutboxStats } from '../../../model/delivery.js'
import type { PropletEvents } from '../../../model/proplet-events.js'

const IDLE: OutboxStats = { waiting: 0, bytes: 0, inflight: 0, dropped: 0 }

const GAUGES: Readings<OutboxStats> = {
  proplet_outbox_messages: ['Messages waiting for the broker', ({ waiting }) => waiting],
  proplet_outbox_bytes: ['Payload bytes of messages waiting for the broker', ({ bytes }) => bytes],
  proplet_outbox_inflight: ['Messages sent and not yet acknowledged', ({ inflight }) => inflight],
}

const COUNTERS: Readings<OutboxStats> = {
  proplet_outbox_dropped_total: ['Messages rejected because the outbox was full', ({ dropped }) => dropped],
}

/** Metrics of the link to the broker and its outbox. */
export const linkFigures = (registry: Registry) => {
  const registers = [registry]
  let outbox = () => IDLE
  const connected = new Gauge({
    name: 'proplet_mqtt_connected',
    help: 'Whether the proplet is connected to the broker: 1 or 0',
    registers,
  })
  const reconnects = new Counter({
    name: 'proplet_mqtt_reconnects_total',
    help: 'MQTT reconnection events',
    registers,
  })
  const published = new Counter({
    name: 'proplet_mqtt_publications_total',
    help: 'Messages by fate: acknowledged by the broker, replaced by a newer one, or rejected',
    labelNames: ['fate'],
    registers,
  })
  const read = () => outbox()
  readGauges(registry, GAUGES, read)
  readCounters(registry, COUNTERS, read)

  return ({ connection$, delivery$, outbox: stats }: PropletEvents): Observable<never> =>
    defer(() => {
      outbox = stats
      let ups = 0
      return merge(
        connection$.pipe(
          tap(({ state }) => {
            connected.set(state === 'up' ? 1 : 0)
            if (state === 'up' && ++ups > 1) reconnects.inc()
          }),
          ignoreElements(),
        ),
        delivery$.pipe(
          tap(({ at }) => {
            if (at !== 'handed') published.inc({ fate: at })
          }),
          ignoreElements(),
        ),
      )
    })
}
