import type { TaskEnded } from '../../../model/task-event.js'

/** The results of a task in a round (spec/federated.md, 6); a failed one has an empty update. */
export const envelopeOf = (
  id: string,
  propletId: string,
  { id: round, format, numSamples, update }: NonNullable<TaskEnded['round']>,
): object => ({
  task_id: id,
  round_id: round,
  proplet_id: propletId,
  num_samples: numSamples ?? update?.numSamples ?? 1,
  update_b64: update?.base64 ?? '',
  format,
  metrics: update?.metrics ?? {},
})
