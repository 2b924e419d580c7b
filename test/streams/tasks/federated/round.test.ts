import { describe, expect, it } from 'vitest'
import { modelVersionOf, topicLevelOf } from '../../../../src/streams/tasks/federated/round.js'
import { roundOf } from '../../../../src/model/round.js'

it.each([
  ['fl/models/global_model_v3', '3'],
  ['http://registry/models/global_model_v12', '12'],
  ['global_model_v0', '0'],
  ['global_model_v007', '7'],
  ['fl/models/global_model_v3.json', '3'],
  ['fl/models/global_model_v3-rc1', '3'],
  ['fl/models/global_model_v2/', '2'],
  ['fl/models/my-model-17', '17'],
  ['registry.example/model:v4', '4'],
  ['fl/models/latest', '0'],
  ['fl/global_model_v9/latest', '0'],
  ['fl/models/global_model_v', '0'],
  ['7', '7'],
  ['/', '0'],
  [`m${'9'.repeat(19)}`, '0'],
  ['x'.repeat(100_000), '0'],
])('reads the version of %s as %s', (uri, version) => {
  expect(modelVersionOf(uri)).toBe(version)
})

describe('a round', () => {
  const withoutSamples = { id: 'r1', format: 'f32-delta', numSamples: undefined }

  it('is named by the environment, if not empty', () => {
    expect(roundOf({})).toBeUndefined()
    expect(roundOf({ ROUND_ID: '', FL_FORMAT: 'x' })).toBeUndefined()
    expect(roundOf({ ROUND_ID: 'r1' })).toStrictEqual(withoutSamples)
    expect(roundOf({ ROUND_ID: 'r1', FL_FORMAT: 'json', FL_NUM_SAMPLES: '512' })).toStrictEqual({
      id: 'r1',
      format: 'json',
      numSamples: 512,
    })
    expect(roundOf({ ROUND_ID: 'r1', FL_FORMAT: '', FL_NUM_SAMPLES: '' })).toStrictEqual(withoutSamples)
  })

  it.each(['-1', '1.5', 'many', '1e3', '9'.repeat(16)])('does not count %s samples', (FL_NUM_SAMPLES) => {
    expect(roundOf({ ROUND_ID: 'r1', FL_NUM_SAMPLES })).toStrictEqual(withoutSamples)
  })

  it('is not read from Object.prototype', () => {
    expect(roundOf(Object.create({ ROUND_ID: 'r1' }) as Record<string, string>)).toBeUndefined()
  })
})

it.each([
  ['round-1', 'round-1'],
  ['Round_1:a~b', 'Round_1:a~b'],
  ['a/b', 'a%2Fb'],
  ['+', '%2B'],
  ['#', '%23'],
  ['1.2', '1%2E2'],
  ['..', '%2E%2E'],
  ['a b', 'a%20b'],
  ['a\u00a0b', 'a%C2%A0b'],
  ['\u0000\n', '%00%0A'],
  ['*>', '%2A%3E'],
  ['$share', '%24share'],
  ['50%', '50%25'],
  ['größe', 'größe'],
])('turns %j into one topic level', (text, level) => {
  expect(topicLevelOf(text)).toBe(level)
})
