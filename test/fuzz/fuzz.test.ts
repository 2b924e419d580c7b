import { describe, expect, it } from 'vitest'
import { campaign } from './campaign.js'
import { TARGETS } from './targets/index.js'

/** Each run has the same inputs; `npm run fuzz` runs other seeds and a hundred times as many inputs. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 10_000)
/** Milliseconds on a busy machine. */
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
      // if nothing is accepted, the inputs do not reach the code under test
      expect(accepted).toBeGreaterThan(0)
      expect(ends).toBeGreaterThan(1)
      expect(growthBytes).toBeLessThan(16 * MIB)
    },
    TIMEOUT_MS,
  )
})
