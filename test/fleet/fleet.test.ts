import { expect, it } from 'vitest'
import { runFleet } from './fleet.js'
import { startProplets } from './proplets.js'

it(
  'issue 14.9: ten proplets in a process do all targeted and broadcast tasks, once, over a restart of the broker, and come back one by one',
  { timeout: 240_000 },
  async () => {
    const outcome = await runFleet({
      proplets: 10,
      processes: 1,
      tasks: 150,
      broadcasts: 5,
      awayMs: 500,
      guests: 2,
      startMember: (options, report) => ({
        ...startProplets(options, report),
        resident: () => undefined,
      }),
    })
    expect(outcome).toMatchObject({ runs: 150, lost: [], twice: [], wrong: [], lostLinks: 0, beating: 10 })
    expect(outcome.connects).toHaveLength(10)
    expect(outcome.reconnects).toHaveLength(10)
  },
)
