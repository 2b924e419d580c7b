import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { mutate } from './mutate.js'
import { Random } from '../support/random.js'
import { utf8, type End, type Opened, type Target } from './target.js'

/** Nothing may take longer for one input. */
export const HANG_MS = 100
/** A slow input is tried again, for the machine may have been busy with other things; the quickest of all counts. */
const ATTEMPTS = 8
/** Inputs with an end of their own kind are kept, to be changed further: a cheap stand-in for the coverage of code. */
const MAX_KEPT = 2000
const MAX_ENDS = 5000
/** When the heap is looked at for the first time: caches are filled by then. */
const WARM_SHARE = 0.2

export type Failure = { readonly index: number; readonly input: Uint8Array; readonly why: string }

export type Report = {
  readonly inputs: number
  readonly accepted: number
  /** How many kinds of ends there were. */
  readonly ends: number
  readonly slowestMs: number
  /** Of the heap and what is outside of it, from the time when it was warm to the end; bytes. */
  readonly growthBytes: number
  readonly failure: Failure | undefined
}

const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

const held = (): number => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)

/** Processor time of this process, in milliseconds. */
const processorMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

/**
 * Runs one input; says what came of it, and how long it took. That is the processor time of this process, where that is
 * less than the time that passed: a busy machine, or who is waited for, must not count.
 */
const attempt = async ({ run }: Opened, input: Uint8Array): Promise<Attempt> => {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  try {
    const end = await run(input)
    return { end, ms: Math.min(performance.now() - startedAt, processorMs(before)) }
  } catch (thrown) {
    return { why: `it threw ${messageOf(thrown)}`, ms: 0 }
  }
}

/** `why` it did harm, or the `end` that it came to. */
export type Attempt =
  | { readonly ms: number; readonly end: End; readonly why?: undefined }
  | { readonly ms: number; readonly why: string }

const isSlow = ({ ms, why }: Attempt): boolean => why === undefined && ms > HANG_MS

export const tryInput = async (opened: Opened, input: Uint8Array): Promise<Attempt> => {
  let best = await attempt(opened, input)
  for (let again = 1; again < ATTEMPTS && isSlow(best); again++) {
    const next = await attempt(opened, input)
    if (next.why !== undefined || next.ms < best.ms) best = next
  }
  return isSlow(best) ? { ms: best.ms, why: `it took ${best.ms.toFixed(0)} ms` } : best
}

/** Gives a target so many inputs, the same ones for the same seed; ends at the first that does harm. */
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
    for (let index = 0; index < inputs; index++) {
      if (index === Math.floor(inputs * WARM_SHARE)) {
        collect()
        warm = held() - keptBytes
      }
      const input = next()
      onInput(index, input)
      const tried = await tryInput(opened, input)
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
  /** Hears of each input before it is run. */
  readonly onInput?: (index: number, input: Uint8Array) => void
}
