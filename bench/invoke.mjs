// @ts-check
import { pipeEcho } from './support/floors.mjs'
import { timesInside } from './support/inside.mjs'
import { ADD, ADD_RESULT, fixture } from './support/modules.mjs'
import { ms, quantile, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const WARM_UP = 200
const COUNT = 500
const PARALLEL = 50
const PAIR = '{left: "both", right: some(7)}'

const ADD_CALL = { id: 'add', inputs: [10, 20] }

/** @typedef {{what: string, start: {id: string} & object, call: {id: string} & object, expected: string}} Latent */

/** @type {readonly Latent[]} */
const LATENTS = [
  {
    what: 'a core module, `add`',
    start: { ...ADD, id: 'add', inputs: [] },
    call: ADD_CALL,
    expected: ADD_RESULT,
  },
  {
    what: 'a component, a typed export',
    start: { id: 'pair', name: 'echo-pair', file: fixture('components/typed').toString('base64') },
    call: { id: 'pair', inputs: [PAIR] },
    expected: PAIR,
  },
]

export const title = 'Invocations of latent tasks, inline, one at a time'

/** @param {import('./support/manager.mjs').Manager} manager @param {Latent} latent */
const timeInvocations = async (manager, { start, call, expected }) => {
  manager.publish('control/manager/start', { ...start, latent: true })
  for (let i = 0; i < WARM_UP; i++) await manager.timeInvoke(call, expected)
  const times = []
  for (let i = 0; i < COUNT; i++) times.push(await manager.timeInvoke(call, expected))
  return times
}

/** @param {import('./support/world.mjs').World} world @param {Latent} latent @param {string} floor */
const rowsOf = async (world, latent, floor) => {
  const { total, run } = await timesInside(world, COUNT, () => timeInvocations(world.manager, latent))
  return [
    timesRow(`${latent.what}: invoke received to result handed to MQTT`, total, {
      target: 'median < 5 ms',
      met: total.median < 5,
    }),
    timesRow('of it: to the guest, its run, and back', run, { floor }),
  ]
}

/** @param {import('./support/manager.mjs').Manager} manager Invocations a second, so many at once. */
const rate = async (manager) => {
  const startedAt = performance.now()
  const one = async () => {
    for (let i = 0; i < COUNT / 10; i++) await manager.timeInvoke(ADD_CALL, ADD_RESULT)
  }
  await Promise.all(Array.from({ length: PARALLEL }, one))
  return ((PARALLEL * COUNT) / 10 / (performance.now() - startedAt)) * 1000
}

export const run = () =>
  withWorld(async (world) => {
    const pipe = await pipeEcho({ count: COUNT, bytes: 300 })
    const floor = `${ms(pipe.median)} bare pipe there and back`
    const rows = []
    for (const latent of LATENTS) rows.push(...(await rowsOf(world, latent, floor)))
    await world.daemon()
    const [first] = LATENTS
    if (first === undefined) throw new Error('nothing to invoke')
    const seen = await timeInvocations(world.manager, first)
    const rates = []
    for (let i = 0; i < 3; i++) rates.push(await rate(world.manager))
    return {
      rows: [
        ...rows,
        timesRow('`add`: invoke published to result received, by a Manager', summary(seen)),
        {
          what: `\`add\`: ${PARALLEL} in flight, invocations a second`,
          median: quantile(rates, 0.5).toFixed(0),
        },
      ],
      notes: ['Inside: as for the latency of a task, of which an invocation is one without its binary.'],
    }
  })
