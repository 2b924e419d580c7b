import { Subject, VirtualTimeScheduler, of, type Subscription } from 'rxjs'
import type { Chunk } from '../../../src/model/command.js'
import { CHUNK_OVERHEAD_BYTES, createAssembly } from '../../../src/streams/binaries/assemble.js'
import { FetchError, createFetch, type FetchLimits } from '../../../src/streams/binaries/fetch.js'
import { binary, text } from '../../support/model.js'
import type { Random } from '../../support/random.js'
import type { Target } from '../target.js'

const IMAGES = 4
const MAX_BYTES = 400
const LIMITS: FetchLimits = {
  ttlMs: 1000,
  stallMs: 700,
  retryMs: 300,
  timeoutMs: 5000,
  maxBytes: MAX_BYTES,
  maxTotalBytes: 8 * CHUNK_OVERHEAD_BYTES + 2 * MAX_BYTES,
}

/** Bytes per operation: what to do, with which image, and how. */
const OPERATION_BYTES = 3

const chunkOf = (image: string, shape: number, content: number): Chunk => {
  const total = 1 + (shape & 7)
  return {
    type: 'chunk',
    image,
    index: (shape >> 3) % total,
    total,
    data: new Uint8Array(content & 0x3f).fill(content >> 6),
  }
}

/** An assembly must report what it holds, at most three times the maximum size of an image. */
const checkAssembly = (input: Uint8Array): void => {
  const assembly = createAssembly(MAX_BYTES)
  for (let at = 0; at + OPERATION_BYTES <= input.length; at += OPERATION_BYTES) {
    const taken = assembly.take(chunkOf('a', input[at + 1] ?? 0, input[at + 2] ?? 0))
    if (assembly.size() < 0 || assembly.size() > 3 * (MAX_BYTES + 8 * CHUNK_OVERHEAD_BYTES))
      throw new Error(`an assembly holds ${assembly.size()} bytes`)
    if (taken.type !== 'complete') continue
    const size = taken.pieces.reduce((sum, { length }) => sum + length, 0)
    if (taken.pieces.length !== taken.total || size > MAX_BYTES) throw new Error('not what was sent')
    return
  }
}

const checkFetch = (input: Uint8Array): string => {
  const clock = new VirtualTimeScheduler()
  const chunk$ = new Subject<Chunk>()
  const { fetch, request$ } = createFetch({
    chunk$,
    cache: { byImage: () => of(undefined), put: (pieces) => of(binary(pieces.map(text).join(''))) },
    limits: LIMITS,
    clock,
  })
  const requests: unknown[] = []
  const ends = { fetched: 0, failed: 0 }
  const waiting: Subscription[] = [request$.subscribe((request) => requests.push(request))]
  const want = (image: string) =>
    fetch(image).subscribe({
      next: ({ type }) => {
        if (type === 'fetched') ends.fetched += 1
      },
      error: (error: unknown) => {
        if (!(error instanceof FetchError)) throw error
        ends.failed += 1
      },
    })
  for (let at = 0; at + OPERATION_BYTES <= input.length; at += OPERATION_BYTES) {
    const [kind = 0, shape = 0, content = 0] = input.subarray(at, at + OPERATION_BYTES)
    const image = `image ${(kind >> 4) % IMAGES}`
    if ((kind & 15) < 3) waiting.push(want(image))
    else if ((kind & 15) < 5) waiting.at(shape % waiting.length)?.unsubscribe()
    else if ((kind & 15) < 6) {
      clock.maxFrames = clock.now() + shape * 10
      clock.flush()
    } else chunk$.next(chunkOf(image, shape, content))
  }
  for (const each of waiting.slice(1)) each.unsubscribe()
  // everything that they held must be free again, for an image of the maximum size
  const before = ends.fetched
  waiting.push(want('image 0'))
  for (let index = 0; index < 8; index++)
    chunk$.next({ type: 'chunk', image: 'image 0', index, total: 8, data: new Uint8Array(MAX_BYTES / 8) })
  if (ends.fetched !== before + 1) throw new Error('bytes are held for no one')
  if (chunk$.observed) throw new Error('someone listens when nothing is fetched')
  for (const each of waiting) each.unsubscribe()
  return requests.length === 0 ? 'nothing' : `${Math.min(ends.fetched, 5)}/${Math.min(ends.failed, 5)}`
}

const program = (random: Random): Uint8Array => random.bytes(OPERATION_BYTES * (1 + random.small(120)))

/** Sequences of fetches that begin and end, chunks that arrive, and time that passes. */
export const chunks: Target = {
  name: 'chunks',
  share: 100,
  maxBytes: 900,
  words: [],
  seeds: () => [Uint8Array.of(0, 0, 0, 6, 0, 65, 6, 0x09, 65), Uint8Array.of(0, 0, 0, 5, 200, 0)],
  make: program,
  open: () =>
    Promise.resolve({
      run: (input) => {
        checkAssembly(input)
        const end = checkFetch(input)
        return end === '1/0' ? 'accepted' : end
      },
    }),
}
