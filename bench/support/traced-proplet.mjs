// @ts-check
// A process of its own: the proplet as `createProplet` composes it, with the times of each task and invocation. Nothing in it is
// changed: a task is timed from the packet that MQTT.js received to our call of its `publish`, and the runtime by a wrapper.
import { MqttClient } from 'mqtt'
import { Observable, tap } from 'rxjs'
import { daemonEnv } from '../../dist/dev/daemon.js'
import { createLogger, createProplet, loadConfig } from '../../dist/index.js'
import { embeddedOptions } from '../../dist/app/embedded-options.js'
import { createEmbeddedRuntime } from '../../dist/runtime/embedded/embedded.js'

/** @typedef {{received: number, run: number, ended: number}} Trace */

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

/** @type {Trace} */
let current = { received: NaN, run: NaN, ended: NaN }
/** @type {[number, number, number][]} receipt to run, run to its end, its end to publish */
let times = []

const { emit, publish } = MqttClient.prototype
MqttClient.prototype.emit = function (/** @type {any[]} */ ...args) {
  if (args[0] === 'packetreceive' && /\/(start|invoke)$/.test(String(args[1].topic)))
    current = { received: performance.now(), run: NaN, ended: NaN }
  return Reflect.apply(emit, this, args)
}
MqttClient.prototype.publish = function (/** @type {any[]} */ ...args) {
  if (/\/(invoke_)?results$/.test(String(args[0]))) {
    const { received, run, ended } = current
    times.push([run - received, ended - run, performance.now() - ended])
  }
  return Reflect.apply(publish, this, args)
}

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
