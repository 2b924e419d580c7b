import { describe, expect, it } from 'vitest'
import { EventLoopBudget } from '../../../src/io/mqtt/event-loop-budget.js'

/** An event loop that turns when the test says so, and a clock that each piece of work advances. */
const loop = () => {
  let time = 0
  let waiting: (() => void)[] = []
  return {
    pace: new EventLoopBudget({ now: () => time, nextTurn: (callback) => void waiting.push(callback) }),
    work: (ms: number) => (time += ms),
    turn: () => {
      const due = waiting
      waiting = []
      for (const callback of due) callback()
    },
  }
}

describe('EventLoopBudget', () => {
  it('continues at once while little was done', () => {
    const { pace, work } = loop()
    const done: number[] = []
    for (let n = 0; n < 5; n++)
      pace.next(() => {
        done.push(n)
        work(0.9)
      })
    expect(done).toStrictEqual([0, 1, 2, 3, 4])
  })

  it('waits for the next turn after enough work in this one', () => {
    const { pace, work, turn } = loop()
    const done: number[] = []
    const message = (n: number) =>
      pace.next(() => {
        done.push(n)
        work(3)
      })
    const next = (n: number): void => {
      if (n < 6) message(n)
    }
    next(0)
    next(1)
    next(2)
    expect(done).toStrictEqual([0, 1])
    turn()
    expect(done).toStrictEqual([0, 1, 2])
    next(3)
    next(4)
    expect(done).toStrictEqual([0, 1, 2, 3, 4])
  })

  it('does not count the work of earlier turns', () => {
    const { pace, work, turn } = loop()
    pace.next(() => work(100))
    turn()
    let done = false
    pace.next(() => (done = true))
    expect(done).toBe(true)
  })

  it('issue 14.1: runs slices until enough was done in a turn, and calls back in a turn of its own', () => {
    const { pace, work, turn } = loop()
    const done: string[] = []
    function* slices() {
      for (let n = 0; n < 5; n++) {
        work(3)
        done.push(`${n}`)
        yield
      }
    }
    pace.run(slices(), () => done.push('done'))
    expect(done).toStrictEqual(['0', '1'])
    turn()
    expect(done).toStrictEqual(['0', '1', '2', '3'])
    turn()
    expect(done).toStrictEqual(['0', '1', '2', '3', '4'])
    turn()
    expect(done).toStrictEqual(['0', '1', '2', '3', '4', 'done'])
  })
})
