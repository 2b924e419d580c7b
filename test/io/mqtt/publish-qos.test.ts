import { describe, expect, it } from 'vitest'
import { PublishQos } from '../../../src/io/mqtt/publish-qos.js'

const CLOSED = { wasUsed: true, isUnanswered: true }
const OTHERWISE = { wasUsed: true, isUnanswered: false }
const NEVER_UP = { wasUsed: false, isUnanswered: false }

describe('PublishQos (issue 14.4)', () => {
  it('is at most the QoS granted on this connection, and the configured one', () => {
    const qos = new PublishQos(2)
    expect(qos.value).toBe(2)
    qos.grant(1)
    expect(qos.value).toBe(1)
    qos.grant(2)
    expect(qos.value).toBe(2)
    const lower = new PublishQos(1)
    lower.grant(2)
    expect(lower.value).toBe(1)
  })

  it('steps down when the broker closes at QoS 2 three times in a row, ignoring failed connections in between', () => {
    const qos = new PublishQos(2)
    expect([CLOSED, CLOSED, NEVER_UP, CLOSED].map((end) => qos.ended(end))).toEqual([
      false,
      false,
      false,
      true,
    ])
    expect(qos.value).toBe(1)
    qos.grant(2)
    expect(qos.value).toBe(1)
    expect(qos.ended(CLOSED)).toBe(false)
  })

  it('stays if a connection ended otherwise, or the broker has ever answered at QoS 2', () => {
    const qos = new PublishQos(2)
    for (const end of [CLOSED, CLOSED, OTHERWISE, CLOSED, CLOSED]) expect(qos.ended(end)).toBe(false)
    qos.prove()
    for (let n = 0; n < 10; n++) expect(qos.ended(CLOSED)).toBe(false)
    expect(qos.value).toBe(2)
  })
})
