import { describe, expect, it } from 'vitest'
import { joinSteps, type Owed } from '../../../src/io/journal/owed.js'
import type { JournalRecord, JournalStep } from '../../../src/io/journal/record.js'

const owed = (record: JournalRecord, content?: Uint8Array): Owed => ({ record, content })
const result = owed(
  { type: 'result', number: 4, command: 1, subtopic: 's', final: true },
  Buffer.from('{"task_id":"a"}'),
)
const steps: readonly JournalStep[] = [
  { type: 'sent', number: 1, messageId: 7 },
  { type: 'released', number: 1 },
  { type: 'settled', number: 1 },
  { type: 'forgotten', id: 9 },
]

describe('records that are owed', () => {
  it('are written as one where they are steps in a row, in order', () => {
    const [first, ...rest] = steps
    if (first === undefined) throw new Error('there is none')
    expect(joinSteps([owed(first), result, ...rest.map((each) => owed(each)), result])).toEqual([
      owed(first),
      result,
      owed({ type: 'steps', steps: rest }),
      result,
    ])
  })

  it('stay as they are without steps', () => {
    const stop = owed({ type: 'stop', number: 2, id: 'a' })
    expect(joinSteps([])).toEqual([])
    expect(joinSteps([stop, result, stop])).toEqual([stop, result, stop])
  })
})
