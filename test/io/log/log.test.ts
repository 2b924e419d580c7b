import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLogger, taskLogger } from '../../../src/io/log/log.js'
import { tree } from '../config/helpers.js'

const collect = () => {
  const stream = new PassThrough()
  const text = () => {
    const chunks: Buffer[] = []
    const read = () => stream.read() as Buffer | null
    for (let chunk = read(); chunk !== null; chunk = read()) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const lines = () =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { stream, text, lines }
}

describe('JSON lines', () => {
  it('have the level as text and the time as ISO 8601', async () => {
    const { stream, lines } = collect()
    const { log } = await createLogger({ level: 'debug', destination: stream })
    log.info({ topic: 'm/1' }, 'hello')
    log.trace('below the level')
    const [line, ...more] = lines()
    expect(more).toStrictEqual([])
    expect(line).toMatchObject({ level: 'info', msg: 'hello', topic: 'm/1', pid: process.pid })
    expect(String(line?.['time'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('contain no secret, at any depth', async () => {
    const { stream, text } = collect()
    const { log } = await createLogger({ level: 'info', destination: stream })
    log.info({ clientKey: 's3cret', a: { api_key: 's3cret', b: { password: 's3cret' } } }, 'x')
    log.child({ identity: { clientKey: 's3cret' } }).info('x')
    const written = text()
    expect(written).not.toContain('s3cret')
    expect(written).toContain('********')
  })

  it('carry the ID of their task, cut if it is long', async () => {
    const { stream, lines } = collect()
    const { log } = await createLogger({ level: 'info', destination: stream })
    taskLogger(log, 't1').info('x')
    taskLogger(log, `${'y'.repeat(5000)}\n`).info('x')
    expect(lines().map((line) => line['task'])).toStrictEqual(['t1', `${'y'.repeat(128)}…`])
  })
})

it('writes readable lines without control characters', async () => {
  const { stream, text } = collect()
  const { log } = await createLogger({ level: 'info', pretty: true, destination: stream })
  log.warn({ key: '\u001b[31m' }, 'title \u001b]0;x\u0007 end')
  const written = text()
  expect(written).toContain('WARN')
  expect(written).toContain('title \\x1b]0;x\\x07 end')
  expect(written).not.toContain('\u001b]0')
})

describe('a slow reader', () => {
  const stuck = () => {
    const release: (() => void)[] = []
    const written: string[] = []
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.toString())
        release.push(done)
      },
    })
    const drain = () => {
      while (stream.writableLength > 0) release.shift()?.()
    }
    return { stream, written, drain, next: () => release.shift()?.() }
  }

  it('loses lines beyond the cap, and learns how many', async () => {
    const { stream, written, next } = stuck()
    const { log } = await createLogger({ level: 'info', destination: stream, maxWaitingBytes: 1000 })
    for (let index = 0; index < 50; index += 1) log.info({ index }, 'x')
    expect(stream.writableLength).toBeLessThanOrEqual(1000)
    const kept = Math.round(stream.writableLength / (written[0]?.length ?? 1))
    while (stream.writableLength > 0) {
      next()
      await new Promise((resolve) => setImmediate(resolve))
    }
    log.info('again')
    next()
    await new Promise((resolve) => setImmediate(resolve))
    const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.at(-2)).toMatchObject({ level: 'warn', dropped: 50 - kept })
    expect(lines.at(-1)).toMatchObject({ msg: 'again' })
  })

  it('is waited for up to the time limit', async () => {
    const { stream } = stuck()
    const { log, flush } = await createLogger({ level: 'info', destination: stream })
    log.info('x')
    await flush(20)
    expect(stream.writableLength).toBeGreaterThan(0)
    stream.destroy()
    await flush(60_000)
  })
})

it('continues without a log when nobody can read it any more', async () => {
  const stream = new PassThrough()
  const { log, flush } = await createLogger({ level: 'info', destination: stream })
  const closed = new Promise((resolve) => stream.on('close', resolve))
  stream.destroy(Object.assign(new Error('closed'), { code: 'EPIPE' }))
  await closed
  for (let index = 0; index < 10; index += 1) log.info('x')
  await flush(60_000)
})

it('writes to a file, and flushes it', async () => {
  const file = join(tree(), 'log')
  const descriptor = openSync(file, 'w')
  const { log, flush } = await createLogger({ level: 'info', destination: descriptor })
  for (let index = 0; index < 1000; index += 1) log.info({ index }, 'x')
  await flush(10_000)
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(1000)
  closeSync(descriptor)
})
