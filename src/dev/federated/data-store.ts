import { startJsonServer, type JsonServer } from './json-server.js'

export type DataStore = JsonServer & {
  readonly put: (propletId: string, dataset: object) => void
  /** Refuses requests with this status from now on; undefined accepts them again. */
  readonly failWith: (status: number | undefined) => void
  /** How often its dataset was requested. */
  readonly asked: (propletId: string) => number
}

/** A data store: `GET /datasets/{proplet}`. */
export const startDataStore = async (): Promise<DataStore> => {
  const datasets = new Map<string, object>()
  const counts = new Map<string, number>()
  let failure: number | undefined
  const server = await startJsonServer(({ method, segments: [folder, id = '', ...rest] }) => {
    if (method !== 'GET' || folder !== 'datasets' || rest.length > 0) return { status: 404 }
    counts.set(id, (counts.get(id) ?? 0) + 1)
    if (failure !== undefined) return { status: failure }
    const dataset = datasets.get(id)
    return dataset === undefined ? { status: 404 } : { status: 200, body: dataset }
  })
  return {
    ...server,
    put: (id, dataset) => void datasets.set(id, dataset),
    failWith: (status) => (failure = status),
    asked: (id) => counts.get(id) ?? 0,
  }
}
