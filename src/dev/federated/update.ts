import { isLinear, type Linear } from './linear.js'

/** The update that a training module sends for its round. */
export type UpdateMessage = {
  readonly roundId: string
  readonly propletId: string
  readonly numSamples: number
  /** Mean squared error of the received model on its own samples. */
  readonly loss: number
  /** The change of the model. */
  readonly update: Linear
}

const lossOf = (metrics: unknown): number =>
  typeof metrics === 'object' && metrics !== null && 'loss' in metrics && typeof metrics.loss === 'number'
    ? metrics.loss
    : NaN

/** Undefined if it lacks required fields. */
export const toUpdate = (body: Readonly<Record<string, unknown>>): UpdateMessage | undefined => {
  const { round_id: roundId, proplet_id: propletId, num_samples: numSamples, metrics, update } = body
  if (typeof roundId !== 'string' || typeof propletId !== 'string' || propletId === '') return undefined
  if (typeof numSamples !== 'number' || !(numSamples >= 0) || !isLinear(update)) return undefined
  return { roundId, propletId, numSamples, loss: lossOf(metrics), update }
}
