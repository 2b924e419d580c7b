import { firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { readPrinted } from '../../../src/io/federated/read-printed.js'

const read = (stdout: string) => firstValueFrom(readPrinted(stdout))
const base64 = (text: string) => Buffer.from(text).toString('base64')

it('finds the fields of an object, and keeps its text', async () => {
  const stdout = ' {"num_samples": 12.5, "metrics": {"loss": 1}, "update": [1.0, 9007199254740993], "é": 1}\n'
  expect(await read(stdout)).toStrictEqual({
    base64: base64(stdout),
    numSamples: 12.5,
    metrics: { loss: 1 },
    json: stdout.trim(),
  })
})

it.each([
  '{}',
  '{"num_samples":"12","metrics":[1]}',
  '{"num_samples":-1,"metrics":null}',
  '{"num_samples":1e400,"metrics":7}',
])('returns nothing for %s', async (stdout) => {
  expect(await read(stdout)).toStrictEqual({
    base64: base64(stdout),
    numSamples: undefined,
    metrics: {},
    json: stdout,
  })
})

it.each([
  '',
  'hello',
  '[{"num_samples":1}]',
  '7',
  '{"a":1}{"b":2}',
  '{"a":1',
  '{"num_samples":3} trailing',
  '{a:1}',
])('finds no object in %j', async (stdout) => {
  expect(await read(stdout)).toStrictEqual({
    base64: base64(stdout),
    numSamples: undefined,
    metrics: {},
    json: undefined,
  })
})

it('reads long output in slices, in which the event loop turns', async () => {
  const stdout = JSON.stringify({ update: Array.from({ length: 100_000 }, (_, i) => i / 7), num_samples: 5 })
  let turns = 0
  let isRead = false
  const count = () => {
    turns += 1
    if (!isRead) setImmediate(count)
  }
  setImmediate(count)
  const printed = await read(stdout)
  isRead = true
  expect(turns).toBeGreaterThan(stdout.length / 200_000)
  expect(printed).toMatchObject({ numSamples: 5, json: stdout })
  expect(await read(`${stdout}}`)).toMatchObject({ json: undefined, base64: base64(`${stdout}}`) })
})

it('stops reading long output on unsubscription', async () => {
  const stdout = `[${'1,'.repeat(2_000_000)}1]`
  const seen: unknown[] = []
  const subscription = readPrinted(stdout).subscribe({
    next: (each) => seen.push(each),
    error: (e) => seen.push(e),
  })
  subscription.unsubscribe()
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toStrictEqual([])
})
