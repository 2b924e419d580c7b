import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClient } from '../support/client.js'
import { useCleanup } from '../support/cleanup.js'

/** The console examples of the README: each `$ proplet …` line with its output. */
const examples = [...readFileSync('README.md', 'utf8').matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(
  ([, block = '']) =>
    block
      .split(/^\$ proplet /m)
      .slice(1)
      .map((part) => {
        const [line = '', ...printed] = part.split('\n')
        return { line, printed: printed.join('\n') }
      }),
)

let home: string
const cleanup = useCleanup(afterAll)

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'readme-'))
  cleanup(() => {
    rmSync(home, { recursive: true })
  })
  const dev = startClient(['dev'], { HOME: home })
  cleanup(async () => {
    dev.child.kill('SIGINT')
    await dev.ended
  })
  while (!dev.output.stdout.includes('In another terminal')) await once(dev.child.stdout, 'data')
})

it('12.6 the README has a first task', () => {
  expect(examples.map(({ line }) => line.split(' ')[0])).toStrictEqual(
    expect.arrayContaining(['submit', 'invoke', 'inspect', 'exec']),
  )
})

// In this order: one submits a latent task that the next invokes.
it.each(examples)('12.6 proplet $line', async ({ line, printed }) => {
  const { stdout, stderr } = await startClient(line.split(' '), { HOME: home }).ended
  expect(stdout + stderr).toBe(printed)
})
