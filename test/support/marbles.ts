import { configure } from 'rxjs-marbles'
import { expect } from 'vitest'

/** Marble tests in virtual time: one frame is one millisecond. */
export const { marbles } = configure({
  run: true,
  frameworkMatcher: true,
  assertDeepEqual: (actual, expected) => {
    expect(actual).toStrictEqual(expected)
  },
})
