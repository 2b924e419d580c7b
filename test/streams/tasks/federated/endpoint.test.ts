import { describe, expect, it } from 'vitest'
import {
  COORDINATOR,
  DATA_STORE,
  endpointOf,
  MODEL_REGISTRY,
  neededEndpoint,
} from '../../../../src/streams/tasks/federated/endpoint.js'
import type { FederatedUrls } from '../../../../src/model/federated.js'

const NONE: FederatedUrls = { modelRegistry: undefined, dataStore: undefined, coordinator: undefined }
const OURS: FederatedUrls = {
  modelRegistry: 'http://registry:8081/',
  dataStore: 'https://user:secret@store/base/?token=hidden#part',
  coordinator: 'http://coordinator',
}

describe('an endpoint', () => {
  it('is named by the task, or else by the proplet', () => {
    const env = { MODEL_REGISTRY_URL: 'http://own' }
    expect(endpointOf(MODEL_REGISTRY, env, OURS, ['models', '3'])).toStrictEqual({
      url: 'http://own/models/3',
      shown: 'http://own/models/3',
      isOfTask: true,
    })
    expect(endpointOf(MODEL_REGISTRY, { MODEL_REGISTRY_URL: '' }, OURS, ['models', '3'])).toStrictEqual({
      url: 'http://registry:8081/models/3',
      shown: 'http://registry:8081/models/3',
      isOfTask: false,
    })
    expect(endpointOf(MODEL_REGISTRY, {}, NONE, ['models', '3'])).toBeUndefined()
  })

  it('keeps credentials and query, and does not show them', () => {
    expect(endpointOf(DATA_STORE, {}, OURS, ['datasets', 'p 1'])).toStrictEqual({
      url: 'https://user:secret@store/base/datasets/p%201?token=hidden',
      shown: 'https://store/base/datasets/p%201',
      isOfTask: false,
    })
  })

  it('of the coordinator has two names in a task; the newer one wins', () => {
    const of = (env: Record<string, string>) => endpointOf(COORDINATOR, env, OURS, ['update'])?.url
    expect(of({ COORDINATOR_URL: 'http://old' })).toBe('http://old/update')
    expect(of({ COORDINATOR_URL: 'http://old', MANAGER_COORDINATOR_URL: 'http://new' })).toBe(
      'http://new/update',
    )
    expect(of({})).toBe('http://coordinator/update')
  })

  it('is an error that names the variable if it is needed and missing', () => {
    expect(() => neededEndpoint(COORDINATOR, {}, NONE, ['update'])).toThrow(
      'MANAGER_COORDINATOR_URL is not set; expected it in the environment of the task or of the proplet',
    )
  })

  it.each([
    'registry',
    'ftp://registry',
    'http://',
    'http://a b',
    'file:///etc/passwd',
    `http://${'a'.repeat(3000)}`,
  ])('is an error without its value if %s is not a URL', (url) => {
    expect(() => endpointOf(MODEL_REGISTRY, { MODEL_REGISTRY_URL: url }, OURS, ['models', '1'])).toThrow(
      /^MODEL_REGISTRY_URL: expected a URL that starts with http:\/\/ or https:\/\/$/,
    )
  })

  it('cannot be redirected by an ID', () => {
    const of = (id: string) =>
      endpointOf(DATA_STORE, {}, { ...NONE, dataStore: 'http://s' }, ['datasets', id])?.url
    expect(of('../../admin')).toBe('http://s/datasets/..%2F..%2Fadmin')
    expect(of('a?b#c')).toBe('http://s/datasets/a%3Fb%23c')
    for (const id of ['.', '..', ''])
      expect(() => of(id)).toThrow('expected a name that can be part of a URL')
  })
})
