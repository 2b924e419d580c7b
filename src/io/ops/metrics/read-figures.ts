import { Counter, Gauge, type Registry } from 'prom-client'

/** By name: its help, and how to read it out of what is read at each scrape. */
export type Readings<T> = Readonly<Record<string, readonly [help: string, value: (stats: T) => number]>>

/** Gauges whose values are read when they are asked for. */
export const readGauges = <T>(registry: Registry, readings: Readings<T>, read: () => T): void => {
  for (const [name, [help, value]] of Object.entries(readings)) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => gauge.set(value(read())),
    })
  }
}

/** Counters that are counted elsewhere, read when they are asked for. */
export const readCounters = <T>(registry: Registry, readings: Readings<T>, read: () => T): void => {
  for (const [name, [help, value]] of Object.entries(readings)) {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: () => {
        counter.reset()
        counter.inc(value(read()))
      },
    })
  }
}
