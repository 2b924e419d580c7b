import type { JsonObject } from '../../src/dev/json.js'
import { coreFixture } from '../support/fixtures.js'
import { Random } from '../support/random.js'
import type { Fault } from './faults.js'
import type { Account } from './ledger.js'
import type { World } from './world.js'

/**
 * Tasks per round: they are sent together, the fault occurs while they run, and all are settled before the next round.
 */
const BATCH = 20
/** Faults increase the reconnect delay, so a fresh proplet starts after some rounds. */
const ROUNDS_A_PROPLET = 3
const STRIKE_WITHIN_MS = 3000
const MARKER_MS = 3000
const MARKERS = 20
const SETTLE_MS = 30_000
const ARRIVE_MS = 3000

export type ScenarioOptions = { readonly tasks: number; readonly seed: number; readonly batch?: number }

const ADD = { name: 'add', file: coreFixture('add').toString('base64'), inputs: [10, 20] }
/** An endless loop, which the time limit ends. */
const LOOP = { name: 'spin', file: coreFixture('hostile').toString('base64') }

const MARK = { name: '_start', file: coreFixture('mark').toString('base64') }

/** Most are quick, and leave a mark; some are fetched, and a few take longer. */
const taskOf = (random: Random, id: string): JsonObject => {
  if (random.once(25)) return { id, ...LOOP }
  if (random.once(2)) return { id, ...MARK, inputs: [id] }
  if (random.once(4)) return { id, name: 'add', image_url: `chaos/${id}`, inputs: [10, 20] }
  return { id, ...ADD }
}

/** Sends further tasks until one is answered: then the link is up, and everything sent earlier has arrived. */
const sendMarkers = async ({ manager, ledger, until }: World, name: string): Promise<void> => {
  for (let n = 0; n < MARKERS; n++) {
    const id = `${name}-marker-${n}`
    manager.start({ id, ...ADD })
    if (await until(() => ledger.hasAnswer(id), MARKER_MS)) return
  }
  throw new Error(`the proplet does not come back: ${name}`)
}

const round = async (world: World, fault: Fault, random: Random, ids: readonly string[]): Promise<void> => {
  const { manager, ledger, until } = world
  fault.prepare?.(world, random)
  // a kill point is awaited from before the first task is sent
  const strike = fault.restarts === true ? fault.strike?.(world, random) : undefined
  for (const id of ids) manager.start(taskOf(random, id))
  const after = random.below(ids.length)
  if (fault.restarts !== true) {
    await until(() => ledger.taken(ids).length >= after, STRIKE_WITHIN_MS)
    await fault.strike?.(world, random)
  }
  await strike
  await fault.heal?.(world)
  await sendMarkers(world, ids[0] ?? '')
  await until(() => ledger.open(ids).length === 0, SETTLE_MS)
  await until(() => ledger.onTheWay(ids).length === 0, ARRIVE_MS)
}

export type Outcome = Account & { readonly faults: number; readonly seconds: number }

/** Runs tasks while a fault occurs again and again; the same seed gives the same tasks and faults. */
export const runScenario = async (
  world: World,
  fault: Fault,
  { tasks, seed, batch = BATCH }: ScenarioOptions,
): Promise<Outcome> => {
  const startedAt = performance.now()
  const name = `${fault.name.replaceAll(/[^a-z]+/g, '-')}-${seed}`
  const random = new Random(seed, ...Buffer.from(name))
  const all = Array.from({ length: tasks }, (_, n) => `${name}-${n}`)
  let faults = 0
  for (let from = 0; from < tasks; from += batch) {
    if (faults > 0 && faults % ROUNDS_A_PROPLET === 0) {
      await world.stop()
      await world.restart()
    }
    await round(world, fault, random, all.slice(from, from + batch))
    faults += 1
  }
  await world.stop()
  const account = world.ledger.account(all, await world.marks())
  return { ...account, faults, seconds: (performance.now() - startedAt) / 1000 }
}
