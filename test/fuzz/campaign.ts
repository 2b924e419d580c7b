import { allowedBytes, collector, inUse, MAX_MS, memoryOf, timed } from './cost.js'
import { mutate } from './mutate.js'
import { Random } from '../support/random.js'
import { utf8, type End, type Opened, type Target } from './target.js'

/**
 * A slow input is tried again, because the engine may have compiled or collected garbage; the fastest attempt counts.
 */
const ATTEMPTS = 8
/** Inputs with a new kind of end are kept and mutated further: a cheap substitute for code coverage. */
const MAX_KEPT = 2000
const MAX_ENDS = 5000
/** Share of the inputs after which the heap is first measured: caches are full by then. */
const WARM_SHARE = 0.2

export type Failure = { readonly index: number; readonly input: Uint8Array; readonly why: string }

export type Report = {
  readonly inputs: number
  readonly accepted: number
  /** The number of different ends. */
  readonly ends: number
  readonly slowestMs: number
  /** Growth of memory, on and outside the heap, after the warm-up, in bytes. */
  readonly growthBytes: number
  readonly failure: Failure | undefined
}

const held = (): number => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)

/** Runs one input; returns its end, and how long it kept the thread busy. */
const attempt = async ({ run }: Opened, input: Uint8Array): Promise<Attempt> => {
  try {
    const { value: end, ms } = await timed(() => run(input))
    return { end, ms }
  } catch (thrown) {
    return { why: `it threw ${messageOf(thrown)}`, ms: 0 }
  }
}

/** `why` it did harm, or its `end`. */
export type Attempt =
  | { readonly ms: number; readonly end: End; readonly why?: undefined }
  | { readonly ms: number; readonly why: string }

/** For smaller inputs, memory is not measured again just because garbage was collected. */
const WEIGHED_BYTES = 16 * 1024

const isSlow = ({ ms, why }: Attempt, maxMs: number): boolean => why === undefined && ms > maxMs

/**
 * Measuring takes much longer than most inputs, so it is done only if memory grew by more than allowed, or was
 * collected.
 */
const isSuspect = (input: Uint8Array, grownBytes: number): boolean =>
  grownBytes > allowedBytes(input.length) || (grownBytes < 0 && input.length >= WEIGHED_BYTES)

export type TryOptions = { readonly maxMs?: number | undefined; readonly isHeavy?: boolean }

/** Tries an input, and measures its memory if it may have used more than allowed. */
export const tryInput = async (
  opened: Opened,
  input: Uint8Array,
  { maxMs = MAX_MS, isHeavy = false }: TryOptions = {},
): Promise<Attempt> => {
  const before = inUse()
  let best = await attempt(opened, input)
  const grownBytes = inUse() - before
  for (let again = 1; again < ATTEMPTS && isSlow(best, maxMs); again++) {
    const next = await attempt(opened, input)
    if (next.why !== undefined || next.ms < best.ms) best = next
  }
  if (isSlow(best, maxMs)) return { ms: best.ms, why: `it took ${best.ms.toFixed(0)} ms of its thread` }
  if (best.why !== undefined || !(isHeavy || isSuspect(input, grownBytes))) return best
  const bytes = await memoryOf(() => opened.run(input))
  if (bytes <= allowedBytes(input.length)) return best
  return { ms: best.ms, why: `it took ${bytes} bytes of memory, for ${input.length}` }
}

/** Runs a number of inputs, determined by the seed; ends at the first that does harm. */
export const campaign = async (
  target: Target,
  { seed, inputs, onInput = () => undefined }: CampaignOptions,
): Promise<Report> => {
  const collect = collector()
  const random = new Random(seed, ...target.name.split('').map((letter) => letter.charCodeAt(0)))
  const words = target.words.map(utf8)
  const seeds = target.seeds()
  const corpus = [...seeds]
  const known = new Set<End>()
  let accepted = 0
  let slowestMs = 0
  let warm = 0
  let keptBytes = 0
  let failure: Failure | undefined
  const changed = (input: Uint8Array) =>
    mutate(random, input, { words, other: random.pick(corpus), maxBytes: target.maxBytes })
  const next = (): Uint8Array => {
    if (random.once(20)) return random.bytes(random.small(300))
    if (target.make === undefined || !random.once(3))
      return changed(random.pick(random.once(2) ? seeds : corpus))
    const made = target.make(random)
    return random.once(2) ? made : changed(made)
  }
  const opened = await target.open()
  try {
    for (const [index, input] of (target.heavy?.() ?? []).entries()) {
      const { why } = await tryInput(opened, input, { maxMs: target.maxMs, isHeavy: true })
      if (why !== undefined) {
        failure = { index, input, why: `heavy input: ${why}` }
        return { inputs: 0, accepted, ends: 0, slowestMs, growthBytes: 0, failure }
      }
    }
    for (let index = 0; index < inputs; index++) {
      if (index === Math.floor(inputs * WARM_SHARE)) {
        collect()
        warm = held() - keptBytes
      }
      const input = next()
      onInput(index, input)
      const tried = await tryInput(opened, input, { maxMs: target.maxMs })
      if (tried.why !== undefined) {
        failure = { index, input, why: tried.why }
        break
      }
      slowestMs = Math.max(slowestMs, tried.ms)
      if (tried.end === 'accepted') accepted += 1
      if (known.has(tried.end) || known.size >= MAX_ENDS) continue
      known.add(tried.end)
      if (corpus.length >= MAX_KEPT) continue
      corpus.push(input.slice())
      keptBytes += input.length
    }
    collect()
    return { inputs, accepted, ends: known.size, slowestMs, growthBytes: held() - keptBytes - warm, failure }
  } finally {
    await opened.close?.()
  }
}

export type CampaignOptions = {
  readonly seed: number
  readonly inputs: number
  /** Called before each input. */
  readonly onInput?: (index: number, input: Uint8Array) => void
}
