// @ts-check
import { fixture } from './support/modules.mjs'
import { childrenOf, isAlive } from './support/processes.mjs'
import { summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const COUNT = 50
const LOOP = { name: 'spin', file: fixture('hostile').toString('base64') }

export const title = 'Stop of an endless loop'

export const run = () =>
  withWorld(async ({ manager, daemon }) => {
    /** @type {(id: string) => void} */
    let started = () => undefined
    const proplet = await daemon({
      env: { PROPLET_LOG_LEVEL: 'debug' },
      onLine: (line) => {
        if (line.includes('"Task started"')) started(JSON.parse(line).task)
      },
    })
    const results = []
    const deaths = []
    for (let i = 0; i < COUNT; i++) {
      const id = manager.nextId()
      const answer = manager.result(id)
      const running = new Promise((resolve) => (started = (found) => found === id && resolve(undefined)))
      manager.publish('control/manager/start', { id, ...LOOP })
      await running
      const guests = childrenOf(proplet.pid)
      const stoppedAt = performance.now()
      manager.publish('control/manager/stop', { id })
      deaths.push((await deathOfAny(guests)) - stoppedAt)
      const { error, at } = await answer
      if (error !== 'task stopped') throw new Error(`${id} ended with ${JSON.stringify(error)}`)
      results.push(at - stoppedAt)
    }
    const [toResult, toDeath] = [summary(results), summary(deaths)]
    const target = { target: 'max < 100 ms' }
    return {
      rows: [
        timesRow('stop published to guest dead', toDeath, { ...target, met: toDeath.max < 100 }),
        timesRow('stop published to result received', toResult, { ...target, met: toResult.max < 100 }),
      ],
      notes: ['Guests are looked at once a millisecond.'],
    }
  })

/** @param {readonly number[]} pids @returns {Promise<number>} when the first of them ended */
const deathOfAny = async (pids) => {
  while (pids.every(isAlive)) await new Promise((resolve) => setTimeout(resolve, 1))
  return performance.now()
}
