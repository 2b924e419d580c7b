import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tree } from '../config/helpers.js'

/** A process that logs to its standard output with the built logger. */
const start = (body: string, stdout: 'pipe' | number) => {
  const module = new URL('../../../dist/io/log/log.js', import.meta.url).href
  const script = `import { createLogger } from ${JSON.stringify(module)}
    const { log, flush } = await createLogger({ level: 'info' })
    ${body}`
  const stdio: StdioOptions = ['ignore', stdout, 'inherit', 'ipc']
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const MANY = "for (let i = 0; i < 3000; i += 1) log.info({ i, text: 'x'.repeat(1000) }, 'x')"

it('neither waits for a reader that hangs, nor keeps the process alive for it', async () => {
  const child = start(`${MANY}; process.send('written'); await flush(20); process.exit(0)`, 'pipe')
  expect(await once(child, 'message')).toContain('written')
  expect(await once(child, 'exit')).toStrictEqual([0, null])
})

it('outlives the reader', async () => {
  const child = start(
    `process.once('message', async () => { ${MANY}; await flush(); log.info('x'); await flush(); process.exit(0) })
     process.send('ready')`,
    'pipe',
  )
  await once(child, 'message')
  child.stdout?.destroy()
  child.send('go')
  expect(await once(child, 'exit')).toStrictEqual([0, null])
})

it('writes everything before the process ends', async () => {
  const child = start(`${MANY}; log.fatal('last'); await flush(60000); process.exit(3)`, 'pipe')
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  expect(await once(child, 'close')).toStrictEqual([3, null])
  expect(text.trimEnd().split('\n')).toHaveLength(3001)
})

it('has every line in a file, even if the process ends without a flush', async () => {
  const file = join(tree(), 'log')
  const descriptor = openSync(file, 'w')
  const child = start(
    "for (let i = 0; i < 500; i += 1) log.info('x'); log.fatal('last'); process.exit(3)",
    descriptor,
  )
  closeSync(descriptor)
  expect(await once(child, 'exit')).toStrictEqual([3, null])
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines).toHaveLength(501)
  expect(lines.every((line) => line.startsWith('{') && line.endsWith('}'))).toBe(true)
})
