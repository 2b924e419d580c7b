import { of, shareReplay, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import type { Inflow } from '../../src/model/connection.js'
import type { Chunk } from '../../src/model/command.js'
import type { Publication } from '../../src/model/publication.js'
import type { TaskProgress } from '../../src/model/task-event.js'
import { createFetch, type FetchDeps, type FetchLimits } from '../../src/streams/binaries/fetch.js'
import { binary, chunk, text } from './model.js'

export const PINNED = `img@sha256:${'0a'.repeat(32)}`

export const whole = chunk('img', 0, 1, 'whole')

export const chunks: Record<string, Chunk> = {
  a: chunk('img', 0, 3, 'aa'),
  b: chunk('img', 1, 3, 'bb'),
  c: chunk('img', 2, 3, 'c'),
  A: chunk('img', 0, 3, 'AA'),
  d: chunk('img', 0, 2, 'aaa'),
  e: chunk('img', 1, 2, 'b'),
  x: chunk('other', 0, 1, 'x'),
  w: whole,
}

export const fetched = (content: string, from: 'registry' | 'cache'): TaskProgress => ({
  type: 'fetched',
  binary: binary(content),
  from,
})

export const fetching = (attempt: number, image = 'img'): TaskProgress => ({
  type: 'fetching',
  image,
  attempt,
})

export const events: Record<string, TaskProgress> = {
  f: fetching(1),
  g: fetching(2),
  h: fetching(3),
  i: fetching(4),
  p: { type: 'chunk', received: 1, total: 3 },
  q: { type: 'chunk', received: 2, total: 3 },
  r: { type: 'chunk', received: 3, total: 3 },
  s: { type: 'chunk', received: 1, total: 2 },
  t: { type: 'chunk', received: 2, total: 2 },
  u: { type: 'chunk', received: 1, total: 1 },
  D: { type: 'warning', message: 'duplicate chunk 0 of 3 of img ignored' },
  W: { type: 'warning', message: 'cache: disk on fire' },
  F: fetched('aabbc', 'registry'),
  G: fetched('whole', 'registry'),
  X: fetched('x', 'registry'),
  C: fetched('kept', 'cache'),
}

const asked = (image: string): Publication => ({
  subtopic: 'registry/proplet',
  payload: { app_name: image },
  keep: 'all',
})

export const requests = { r: asked('img'), x: asked('other') }

const limits: FetchLimits = {
  ttlMs: 100,
  stallMs: 1e9,
  retryMs: 1000,
  timeoutMs: 10_000,
  maxBytes: 20,
  maxTotalBytes: 100_000,
}

type Given = {
  readonly chunk$: Observable<Chunk>
  readonly inflow$?: Observable<Inflow>
  readonly limits?: Partial<FetchLimits>
  readonly cache?: Partial<FetchDeps['cache']>
}

const joined = (pieces: readonly Uint8Array[]): string => pieces.map(text).join('')

export const fetchWith = (m: Context, given: Given) =>
  createFetch({
    chunk$: given.chunk$,
    ...(given.inflow$ && { inflow$: given.inflow$.pipe(shareReplay(1)) }),
    cache: { byImage: () => of(undefined), put: (pieces) => of(binary(joined(pieces))), ...given.cache },
    limits: { ...limits, ...given.limits },
    clock: m.scheduler,
  })

/** A port that throws. */
export const burn = (): never => {
  throw new Error('disk on fire')
}
