import { NEVER } from 'rxjs'
import { describe, it } from 'vitest'
import type { TaskProgress } from '../../../src/model/task-event.js'
import { acquire } from '../../../src/streams/binaries/acquire.js'
import { marbles } from '../../support/marbles.js'
import { binary, start } from '../../support/model.js'

const values: Record<string, TaskProgress> = {
  a: { type: 'fetching', image: 'img', attempt: 1 },
  c: { type: 'fetched', binary: binary('c'), from: 'command' },
  r: { type: 'fetched', binary: binary('r'), from: 'registry' },
  d: { type: 'fetched', binary: binary('d'), from: 'url' },
}

/** Ports that these tests do not use. */
const idle = { download: () => NEVER, downloadSealed: () => NEVER, registry: 'proxy' } as const

describe('acquire', () => {
  it(
    'decodes an inline binary without any request',
    marbles((m) => {
      const decoded = m.cold(' --(b|)', { b: binary('c') })
      const asked = m.cold<TaskProgress>('-')
      const subs = '           ^-!'
      const expected = '       --(c|)'
      const stage = acquire({ ...idle, inline: () => decoded, fetch: () => asked })
      m.expect(stage(start('t'))).toBeObservable(expected, values)
      m.expect(decoded).toHaveSubscriptions(subs)
      m.expect(asked).toHaveSubscriptions([])
    }),
  )

  it(
    'fetches an image by the reference as it was received',
    marbles((m) => {
      const images: Record<string, TaskProgress> = values
      const fetched = m.cold(' a-(r|)', images)
      const subs = '           ^-!'
      const expected = '       a-(r|)'
      const stage = acquire({
        ...idle,
        inline: () => NEVER,
        fetch: (image) => (image === 'img' ? fetched : NEVER),
      })
      m.expect(stage(start('t', { source: { type: 'image', image: 'img' } }))).toBeObservable(
        expected,
        values,
      )
      m.expect(fetched).toHaveSubscriptions(subs)
    }),
  )

  it(
    'fails with the decoder or the fetch',
    marbles((m) => {
      const bad = m.cold<never>('#', undefined, new Error('no base64'))
      const stage = acquire({ ...idle, inline: () => bad, fetch: () => bad })
      const image = start('t', { source: { type: 'image', image: 'img' } })
      m.expect(stage(start('t'))).toBeObservable('#', undefined, new Error('no base64'))
      m.expect(stage(image)).toBeObservable('    #', undefined, new Error('no base64'))
      m.expect(bad).toHaveSubscriptions(['(^!)', '(^!)'])
    }),
  )

  it(
    'unsubscribes from the fetch',
    marbles((m) => {
      const fetched = m.cold('a----', values)
      const subs = '          ^-!'
      const stage = acquire({ ...idle, inline: () => NEVER, fetch: () => fetched })
      const image = start('t', { source: { type: 'image', image: 'img' } })
      m.expect(stage(image), subs).toBeObservable('a', values)
      m.expect(fetched).toHaveSubscriptions(subs)
    }),
  )

  it(
    'downloads URLs, and images too if it pulls them itself',
    marbles((m) => {
      const fetched = m.cold('   a-(r|)', values)
      const downloaded = m.cold('a(d|)', values)
      const ports = { inline: () => NEVER, fetch: () => fetched, download: () => downloaded }
      const [proxy, direct] = [
        acquire({ ...ports, downloadSealed: () => NEVER, registry: 'proxy' }),
        acquire({ ...ports, downloadSealed: () => NEVER, registry: 'direct' }),
      ]
      const from = (image: string) => start('t', { source: { type: 'image', image } })
      for (const url of ['http://a/b.wasm', 'HTTPS://a/b.wasm#sha256=0'])
        for (const stage of [proxy, direct]) m.expect(stage(from(url))).toBeObservable('a(d|)', values)
      for (const image of ['img', 'localhost:5000/http:v1', 'httpd', 'ftp://a/b']) {
        m.expect(proxy(from(image))).toBeObservable(' a-(r|)', values)
        m.expect(direct(from(image))).toBeObservable('a(d|)', values)
      }
    }),
  )
})

describe('an encrypted image (17.4)', () => {
  it(
    'is always pulled by the proplet itself, and stays encrypted',
    marbles((m) => {
      const encrypted = start('a', { encrypted: true, source: { type: 'image', image: 'img' } })
      const ports = {
        inline: () => NEVER,
        fetch: () => NEVER,
        download: () => NEVER,
        downloadSealed: (image: string) => m.cold(image === 'img' ? '-r|' : '#', values),
        registry: 'proxy' as const,
      }
      m.expect(acquire(ports)(encrypted)).toBeObservable('-r|', values)
    }),
  )
})
