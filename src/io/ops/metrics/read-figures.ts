import { Counter, Gauge, type Registry } from 'prom-client'

/** By name: the help text, and how to get the value from what is read at each scrape. */
export type Readings<T> = Readonly<Record<string, readonly [help: string, value: (stats: T) => number]>>

/** Gauges whose values are read at each scrape. */
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

/** Counters that are maintained elsewhere and read at each scrape. */
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
