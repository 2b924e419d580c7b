/** A linear model y = w·x + b, or a change of one. */
export type Linear = { readonly w: readonly number[]; readonly b: number }

export type Sample = { readonly x: readonly number[]; readonly y: number }

export const isLinear = (value: unknown): value is Linear => {
  if (typeof value !== 'object' || value === null || !('w' in value) || !('b' in value)) return false
  const { w, b } = value
  return Array.isArray(w) && w.every((weight) => Number.isFinite(weight)) && Number.isFinite(b)
}

const predict = ({ w, b }: Linear, x: readonly number[]): number =>
  x.reduce((sum, value, i) => sum + value * (w[i] ?? 0), b)

/** Mean squared error. */
export const lossOf = (model: Linear, samples: readonly Sample[]): number =>
  samples.reduce((sum, { x, y }) => sum + (predict(model, x) - y) ** 2, 0) / samples.length

/** Uniform in [0, 1), determined by the seed. */
const randomOf = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const TRUTH: Linear = { w: [2, -3], b: 0.5 }
const NOISE = 0.2

/** Noisy samples of one function, determined by the seed; each seed covers another part of it. */
export const samplesOf = (seed: number, count: number): readonly Sample[] => {
  const random = randomOf(seed * 7919)
  const shift = random() - 0.5
  return Array.from({ length: count }, () => {
    const x = [random() * 2 - 1 + shift, random() * 2 - 1 - shift]
    return { x, y: predict(TRUTH, x) + (random() - 0.5) * NOISE }
  })
}

/** Federated averaging: each update counts in proportion to its number of samples. */
export const average = (
  model: Linear,
  updates: readonly { readonly numSamples: number; readonly update: Linear }[],
): Linear => {
  const total = updates.reduce((sum, { numSamples }) => sum + numSamples, 0)
  if (total === 0) return model
  const moved = (from: number, by: (update: Linear) => number) =>
    updates.reduce((sum, { numSamples, update }) => sum + (numSamples / total) * by(update), from)
  return {
    w: model.w.map((weight, i) => moved(weight, ({ w }) => w[i] ?? 0)),
    b: moved(model.b, ({ b }) => b),
  }
}
