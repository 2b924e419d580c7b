import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run, toBinary } from '../embedded/harness.js'
import { directoryOfTest, runtimeWithHal } from './harness.js'

it('issue 16, 9: the example of docs/hal.md compiles, and counts', async () => {
  const page = readFileSync(new URL('../../../docs/hal.md', import.meta.url), 'utf8')
  const [, source = ''] = /```c\n([^]*?)```/.exec(page) ?? []
  const [, command = ''] = /`(clang [^`]*)`/.exec(page) ?? []
  const directory = directoryOfTest()
  writeFileSync(join(directory, 'count.c'), source)
  const [program = '', ...args] = command.split(' ')
  execFileSync(program, args, { cwd: directory })
  const binary = toBinary(readFileSync(join(directory, 'count.wasm')))
  const runtime = await runtimeWithHal()
  for (const results of ['1', '2', '3'])
    expect((await run(runtime, { binary, name: 'count' })).outcome).toStrictEqual({
      kind: 'completed',
      results,
    })
})
