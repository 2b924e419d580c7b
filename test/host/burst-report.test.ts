import { describe, expect, it } from 'vitest'
import { BurstReport } from '../../src/host/burst-report.js'

const reports = () => {
  const said: string[] = []
  const waiting: { readonly callback: () => void; readonly ms: number }[] = []
  const burst = new BurstReport<string>({
    more: (last, count) => said.push(`${count} more, such as ${last}`),
    later: (callback, ms) => void waiting.push({ callback, ms }),
  })
  return {
    said,
    waiting,
    burst,
    add: (item: string) => burst.add(item, () => said.push(item)),
    second: () => waiting.shift()?.callback(),
  }
}

describe('a burst', () => {
  it('is reported by its first item, and then by a count a second while it lasts', () => {
    const { said, waiting, add, second } = reports()
    add('one')
    expect(waiting.map(({ ms }) => ms)).toStrictEqual([1000])
    add('two')
    add('three')
    expect(said).toStrictEqual(['one'])
    second()
    add('four')
    second()
    expect(said).toStrictEqual(['one', '2 more, such as three', '1 more, such as four'])
  })

  it('is over when nothing came for a second: the next item is reported by itself', () => {
    const { said, waiting, add, second } = reports()
    add('one')
    second()
    expect(waiting).toStrictEqual([])
    add('two')
    expect(said).toStrictEqual(['one', 'two'])
  })

  it('is not counted any more once it is closed', () => {
    const { said, burst, add, second } = reports()
    add('one')
    add('two')
    burst.close()
    second()
    add('three')
    expect(said).toStrictEqual(['one'])
  })
})
