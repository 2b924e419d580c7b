// @ts-check
import { createHash } from 'node:crypto'
import { component } from './support/modules.mjs'
import { guestsMemory, startHelper } from './support/processes.mjs'
import { mb, summary, timesRow } from './support/stats.mjs'
import { withWorld } from './support/world.mjs'

const BOOTS = 5
const COLD = 10
const WARM_UP = 30
const WARM = 200
const CHUNK_BYTES = 512_000
const PAIR = '{left: "both", right: some(7)}'

/** @typedef {{what: string, component: string, call: {name: string, inputs: string[]}, expected: string, target?: string}} Kind */

/** @type {readonly Kind[]} */
const KINDS = [
  {
    what: 'a command',
    component: 'hello',
    call: { name: '_start', inputs: [] },
    expected: 'hello from a component\n',
    target: 'median < 10 ms',
  },
  {
    what: 'a typed export',
    component: 'typed',
    call: { name: 'echo-pair', inputs: [PAIR] },
    expected: PAIR,
    target: 'median < 10 ms',
  },
  {
    what: 'a typed export from JavaScript, 14 MB',
    component: 'page-export',
    call: { name: 'render', inputs: ['"T"', '["a"]'] },
    expected: 'ok("<h1>T</h1><ul><li>a</li></ul>")',
  },
]

export const title = 'Components, fetched by their digests'

/** @param {Kind} kind @param {number} seed */
const task = ({ component: name, call }, seed) => {
  const digest = createHash('sha256').update(component(name, seed)).digest('hex')
  return { ...call, image_url: `bench/component/${name}/${seed}@sha256:${digest}` }
}

/** @param {import('./support/world.mjs').World} world @param {Kind} kind */
const rowsOf = async ({ manager, daemon }, kind) => {
  const { what, expected, target } = kind
  let proplet = await daemon()
  const first = []
  for (let seed = 0; seed < COLD; seed++) first.push(await manager.time(task(kind, seed), expected))
  await proplet.stop()

  const fresh = []
  for (let i = 0; i < BOOTS; i++) {
    proplet = await daemon()
    fresh.push(await manager.time(task(kind, i), expected))
    if (i + 1 < BOOTS) await proplet.stop()
  }

  const warm = []
  const same = task(kind, 0)
  for (let i = 0; i < WARM_UP + WARM; i++) warm.push(await manager.time(same, expected))
  const times = summary(warm.slice(WARM_UP))
  const guests = guestsMemory(proplet.pid).map(({ own }) => own)
  await proplet.stop()
  return [
    timesRow(`${what}: a new one each time, start to result`, summary(first)),
    timesRow(`${what}: from the disk, the first task of a proplet`, summary(fresh)),
    timesRow(`${what}: warm, start to result`, times, target ? { target, met: times.median < 10 } : {}),
    {
      what: `${what}: private memory of the guests`,
      median: guests.map((bytes) => mb(bytes)).join(' and '),
    },
  ]
}

export const run = () =>
  withWorld(async (world) => {
    const registry = await startHelper('registry.mjs', [world.port, CHUNK_BYTES])
    const rows = []
    for (const kind of KINDS) rows.push(...(await rowsOf(world, kind)))
    await registry.close()
    return {
      rows,
      notes: [
        'A new component is fetched in chunks, written to the cache, compiled and linked. From the disk: the proplet was restarted, and its guests are ready.',
      ],
    }
  })
