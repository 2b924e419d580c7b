import { expect, it } from 'vitest'
import { isSound } from './kills-sound.js'
import { MAX_TASKS, runKills } from './kills.js'

/** Milliseconds on a busy machine; `npm run chaos:kills` runs other rates and hundreds of kills. */
const TIMEOUT_MS = 240_000

it(
  'issue 14.3: killed three times under a steady load, no task is lost, none is answered twice, and only running tasks are interrupted',
  { timeout: TIMEOUT_MS },
  async () => {
    const outcome = await runKills({ victim: 'proplet', kills: 3, rate: 50, seed: 1 })
    expect(outcome).toMatchObject({ lost: [], twice: [], runTwice: [], refused: 0, otherErrors: [] })
    expect(outcome).toMatchObject({ leftInJournal: 0, leftInOutbox: 0 })
    expect(outcome.answered).toBe(outcome.tasks)
    expect(outcome.marked).toBeGreaterThanOrEqual(outcome.answered - outcome.cutShort)
    expect(outcome.cutShort).toBeLessThanOrEqual(MAX_TASKS * outcome.kills)
  },
)

it(
  'issue 14.3: when the broker is killed, nothing stays behind in the proplet, and no task is interrupted',
  { timeout: TIMEOUT_MS },
  async () => {
    const outcome = await runKills({ victim: 'broker', kills: 2, rate: 50, seed: 1 })
    expect(isSound({ victim: 'broker' }, outcome), JSON.stringify(outcome)).toBe(true)
  },
)
