import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../host/package-root.js'
import type { ResultMessage, StartMessage } from '../manager.js'
import type { Coordinator, ReceivedUpdate } from './coordinator.js'
import type { DataStore } from './data-store.js'
import { average, lossOf, samplesOf, type Linear, type Sample } from './linear.js'
import type { ModelRegistry } from './model-registry.js'

export type Participant = {
  readonly propletId: string
  /** The number of samples in its dataset. */
  readonly samples: number
  /** Variables of its tasks in addition to those of the round. */
  readonly env?: Readonly<Record<string, string>>
}

export type LearningParts = {
  readonly registry: Pick<ModelRegistry, 'add'>
  readonly store: Pick<DataStore, 'put'>
  readonly coordinator: Pick<Coordinator, 'round'>
  /** Starts a task, and resolves to its result. */
  readonly run: (command: StartMessage) => Promise<ResultMessage>
}

export type RoundReport = {
  readonly round: number
  /** Mean squared error of the round's model on all samples of all participants. */
  readonly loss: number
  readonly model: Linear
  readonly updates: readonly ReceivedUpdate[]
  readonly results: readonly ResultMessage[]
  readonly ms: number
}

export type Learning = {
  /** The loss of the initial model. */
  readonly loss: number
  readonly round: () => Promise<RoundReport>
}

const HYPERPARAMS = JSON.stringify({ epochs: 3, lr: 0.1 })

/** Federated learning of a linear model, in rounds with updates of all participants. */
export const startLearning = async (
  participants: readonly Participant[],
  { registry, store, coordinator, run }: LearningParts,
): Promise<Learning> => {
  const wasm = await readFile(join(packageRoot, 'test/fixtures/built/train.wasm'))
  const file = wasm.toString('base64')
  const all: Sample[] = []
  for (const [index, { propletId, samples }] of participants.entries()) {
    const data = samplesOf(index + 1, samples)
    all.push(...data)
    store.put(propletId, { proplet_id: propletId, size: data.length, data })
  }
  let model: Linear = { w: [0, 0], b: 0 }
  let version = registry.add({ ...model, version: 0 })
  let round = 0

  return {
    loss: lossOf(model, all),
    round: async () => {
      round += 1
      const id = `round-${round}`
      const startedAt = performance.now()
      const updated = coordinator.round(id, participants.length)
      const results = participants.map(({ propletId, env = {} }) =>
        run({
          id: `${id}-${propletId}`,
          name: `fl-${id}`,
          proplet_id: propletId,
          file,
          env: { ROUND_ID: id, MODEL_URI: `fl/models/global_model_v${version}`, HYPERPARAMS, ...env },
        }),
      )
      const [updates, published] = await Promise.all([updated, Promise.all(results)])
      model = average(model, updates)
      version = registry.add({ ...model, version: version + 1 })
      return {
        round,
        loss: lossOf(model, all),
        model,
        updates,
        results: published,
        ms: performance.now() - startedAt,
      }
    },
  }
}
