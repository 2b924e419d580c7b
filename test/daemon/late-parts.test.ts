import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { directory, site } = useDaemons()

/** Writes the names of the bundles that a process has loaded, by our code cache or by Node.js, when it ends. */
const RECORDER = `const fs = require('node:fs')
const path = require('node:path')
const names = []
const read = fs.readFileSync
fs.readFileSync = (file, ...more) => {
  if (String(file).endsWith('.cjs')) names.push(path.basename(String(file)))
  return read(file, ...more)
}
process.once('exit', () => {
  names.push(...Object.keys(require.cache).map((file) => path.basename(file)))
  fs.writeFileSync(path.join(__dirname, 'names.json'), JSON.stringify(names))
})`

it('15.5 a daemon that runs core modules loads none of its late parts', async () => {
  const folder = directory()
  writeFileSync(join(folder, 'recorder.cjs'), RECORDER)
  const { wire, proplet } = await site('mosquitto', {
    HOME: folder,
    PROPLET_RESULT_HOLD_MS: '0',
    PROPLET_METRICS_INTERVAL: '1',
    NODE_OPTIONS: `--require ${join(folder, 'recorder.cjs')}`,
  })
  expect(await wire.run({ id: 'sum', ...inline('add', 'add'), inputs: [1, 2] })).toMatchObject({
    results: '3',
  })
  expect(await proplet.stop()).toBe(0)
  const names = JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8')) as readonly string[]
  expect(names.some((name) => name.startsWith('daemon-'))).toBe(true)
  expect(names.filter((name) => name.startsWith('late-'))).toStrictEqual([])
})
