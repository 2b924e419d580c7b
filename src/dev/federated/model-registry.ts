import { startJsonServer, type JsonServer } from './json-server.js'

export type ModelRegistry = JsonServer & {
  /** Stores a model and returns its version; versions count from 0. */
  readonly add: (model: object) => number
  readonly versions: () => number
}

/** A model registry: `GET /models/{version}`. */
export const startModelRegistry = async (): Promise<ModelRegistry> => {
  const models: object[] = []
  const server = await startJsonServer(({ method, segments: [folder, version = '', ...rest] }) => {
    const isAsked = method === 'GET' && folder === 'models' && /^\d+$/.test(version) && rest.length === 0
    const model = isAsked ? models[Number(version)] : undefined
    return model === undefined ? { status: 404 } : { status: 200, body: model }
  })
  return { ...server, add: (model) => models.push(model) - 1, versions: () => models.length }
}
