import { expect, it } from 'vitest'
import { createBooks } from './books.js'

it('sets aside what was open at four kills, and takes an answer to it all the same', () => {
  const books = createBooks()
  books.sent('a')
  books.killed()
  books.sent('b')
  for (let n = 0; n < 2; n++) books.killed()
  expect(books.open).toBe(2)
  books.killed()
  expect(books.open).toBe(1)
  expect(books.reckoning()).toMatchObject({ tasks: 2, answered: 0, lost: ['a', 'b'] })
  books.answered({ task_id: 'a', error: null })
  books.answered({ task_id: 'b', error: null })
  expect(books.reckoning()).toMatchObject({ tasks: 2, answered: 2, lost: [], twice: [] })
})
