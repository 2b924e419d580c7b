import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCerts, type Certs } from '../support/certs.js'
import { runLink, type LinkOutcome } from './run.js'

const TIMEOUT_MS = 240_000

let certs: Certs
beforeAll(async () => {
  certs = await makeCerts()
})
afterAll(() => certs.remove())

const steady = {
  connections: 1,
  disconnections: [],
  lost: [],
  twice: [],
  failed: [],
} satisfies Partial<LinkOutcome>

describe('issue 14.5: over a long and lossy link, behind nginx that ends mTLS', () => {
  it.each([
    { roundTripMs: 30, images: [10_000_000, 2_000_000] },
    { roundTripMs: 300, images: [300_000, 300_000] },
  ])(
    'of $roundTripMs ms a proplet stays connected while images and tasks arrive, and its heartbeats are on time',
    { timeout: TIMEOUT_MS },
    async ({ roundTripMs, images }) => {
      const outcome = await runLink({
        certs,
        roundTripMs,
        loss: 0.01,
        seed: 1,
        forMs: 4000,
        taskEveryMs: 250,
        images,
        idle: '60s',
        env: { PROPLET_LIVELINESS_INTERVAL: '2s', PROPLET_METRICS_INTERVAL: '2s' },
      })
      expect(outcome).toMatchObject(steady)
      expect(outcome.arrivals.map(({ how, bytes }) => [how, bytes])).toEqual([
        ['inline', images[0]],
        ['chunks', images[1]],
      ])
      expect(outcome.segmentsLost).toBeGreaterThan(0)
      // two intervals, and the delay of a few losses in a row
      expect(outcome.beatGapMs).toBeLessThan(6000)
    },
  )

  it(
    'the keep-alive alone holds the connection where nginx closes idle ones sooner than heartbeats come',
    { timeout: TIMEOUT_MS },
    async () => {
      const outcome = await runLink({
        certs,
        roundTripMs: 300,
        loss: 0.01,
        seed: 2,
        forMs: 14_000,
        taskEveryMs: 0,
        images: [],
        idle: '6s',
        env: {
          PROPLET_LIVELINESS_INTERVAL: '10m',
          PROPLET_METRICS_INTERVAL: '0',
          PROPLET_MQTT_KEEP_ALIVE: '2s',
        },
      })
      expect(outcome).toMatchObject({ ...steady, beats: 1 })
      expect(outcome.pings).toBeGreaterThan(3)
    },
  )
})
