import { describe, expect, it } from 'vitest'
import { campaign } from './campaign.js'
import { TARGETS } from './targets/index.js'

/** The same inputs in each run; `npm run fuzz` takes other seeds, and a hundred times as many. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 10_000)
/** On a machine that does much else. */
const TIMEOUT_MS = 120_000
const MIB = 1024 * 1024

describe('hostile input', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    'of %s does no harm',
    async (_name, target) => {
      const inputs = Math.ceil((target.share * INPUTS) / 1000)
      const { failure, accepted, ends, growthBytes, slowestMs } = await campaign(target, {
        seed: SEED,
        inputs,
      })
      if (process.env['FUZZ_SHOW'])
        console.log(target.name, { inputs, accepted, ends, growthBytes, slowestMs })
      if (failure !== undefined)
        throw new Error(
          `input ${failure.index}, ${Buffer.from(failure.input).toString('base64').slice(0, 4000)}: ${failure.why}`,
        )
      // else it is not looked at what it is for
      expect(accepted).toBeGreaterThan(0)
      expect(ends).toBeGreaterThan(1)
      expect(growthBytes).toBeLessThan(16 * MIB)
    },
    TIMEOUT_MS,
  )
})
