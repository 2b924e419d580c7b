// @ts-check
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DEMO_PREFIX } from '../../dist/dev/daemon.js'
import { connectClient } from './client.mjs'
import { fixture } from './modules.mjs'
import { startHelper } from './processes.mjs'
import { summary } from './stats.mjs'

/**
 * A message to a bare MQTT.js client in another process, and its answer, both with QoS 2; milliseconds.
 * @param {number} port
 * @param {{count: number, bytes: number, nagle?: boolean}} options
 */
export const mqttEcho = async (port, { count, bytes, nagle = false }) => {
  const echo = await startHelper('echo.mjs', [port, nagle ? 'nagle' : 'direct'])
  const client = await connectClient(port, { noDelay: !nagle })
  await client.subscribeAsync(`${DEMO_PREFIX}/bench/answer`, { qos: 2 })
  const payload = Buffer.alloc(bytes, 'x')
  const times = []
  for (let i = 0; i < count; i++) {
    const answer = new Promise((resolve) => client.once('message', resolve))
    const startedAt = performance.now()
    client.publish(`${DEMO_PREFIX}/bench/ask`, payload, { qos: 2 })
    await answer
    times.push(performance.now() - startedAt)
  }
  await client.endAsync(true)
  await echo.close()
  return summary(times)
}

/**
 * A bare WebAssembly instance and call in this process, the module compiled; milliseconds.
 * @param {number} count
 */
export const bareCall = (count) => {
  const module = new WebAssembly.Module(fixture('add'))
  const times = []
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now()
    const { add } = new WebAssembly.Instance(module).exports
    if (typeof add !== 'function' || add(10, 20) !== 30) throw new Error('add is wrong')
    times.push(performance.now() - startedAt)
  }
  return summary(times)
}

/**
 * Sends bytes to a child process and back, over a pipe like that of guests, with a pause before each, so that both sides have
 * to be woken as they are for a task; milliseconds.
 * @param {{count: number, bytes: number}} options
 */
export const pipeEcho = async ({ count, bytes }) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('pipe-echo.mjs', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const pipe = /** @type {import('node:net').Socket} */ (child.stdio[3])
  const payload = Buffer.alloc(bytes, 'x')
  const times = []
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const startedAt = performance.now()
    let missing = bytes
    await new Promise((resolve) => {
      const take = (/** @type {Buffer} */ data) => {
        missing -= data.length
        if (missing > 0) return
        pipe.off('data', take)
        resolve(undefined)
      }
      pipe.on('data', take)
      pipe.write(payload)
    })
    times.push(performance.now() - startedAt)
  }
  pipe.end()
  return summary(times)
}
