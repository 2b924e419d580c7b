// @ts-check
// Separate process: the proplet as `createProplet` composes it, with the times of each task and invocation. It is not
// changed: a task is timed from the event of MQTT.js for its command to that for its result, and the runtime by a wrapper.
import { EventEmitter } from 'node:events'
import { Observable, tap } from 'rxjs'

/** @typedef {{received: number, run: number, ended: number}} Trace */

/** @type {Trace} */
let current = { received: NaN, run: NaN, ended: NaN }
/** @type {[number, number, number][]} receipt to run, run to its end, its end to publish */
let times = []

const { emit } = EventEmitter.prototype
EventEmitter.prototype.emit = function (/** @type {any[]} */ ...args) {
  const [event, packet] = args
  if (event === 'packetreceive' && /\/(start|invoke)$/.test(String(packet.topic)))
    current = { received: performance.now(), run: NaN, ended: NaN }
  if (event === 'packetsend' && /\/(invoke_)?results$/.test(String(packet.topic))) {
    const { received, run, ended } = current
    times.push([run - received, ended - run, performance.now() - ended])
  }
  return Reflect.apply(emit, this, args)
}
// Imported only now: MQTT.js, which is part of the bundles, copies `emit` when it is loaded.
const { daemonEnv } = await import('../../dist/dev/daemon.js')
const { createLogger, createProplet, loadConfig } = await import('../../dist/index.js')
const { embeddedOptions } = await import('../../dist/app/embedded-options.js')
const { createEmbeddedRuntime } = await import('../../dist/runtime/embedded/embedded.js')

const [port, cacheDir, stateDir] = process.argv.slice(2)
const { config } = loadConfig({
  flags: {},
  env: {
    ...daemonEnv(Number(port), 'bench-proplet'),
    PROPLET_CACHE_DIR: cacheDir,
    PROPLET_STATE_DIR: stateDir,
    PROPLET_RESULT_HOLD_MS: '0',
  },
})
const { log } = await createLogger({ level: config.logLevel })
const runtime = createEmbeddedRuntime(
  await embeddedOptions({ ...config, hal: undefined }, { ca: undefined, verify: true }, undefined, log),
)

/** @type {import('../../src/model/runtime.js').Runtime} */
const traced = {
  name: runtime.name,
  run: (request, stop$) =>
    new Observable((subscriber) => {
      current.run = performance.now()
      return runtime
        .run(request, stop$)
        .pipe(
          tap(({ type }) => {
            if (type === 'ended') current.ended = performance.now()
          }),
        )
        .subscribe(subscriber)
    }),
}

createProplet({ config, log, runtime: traced }).subscribe()
await runtime.ready()
process.on('message', () => {
  process.send?.(times)
  times = []
})
process.send?.('ready')
