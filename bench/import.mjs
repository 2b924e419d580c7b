// @ts-check
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ms, summary, timesRow } from './support/stats.mjs'

const ROUNDS = 20
const TARGET_MS = 150
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const ENTRIES = ['index', 'streams/index', 'runtime/index', 'testing/index']

export const title = 'Importing the library'

/** Milliseconds that a fresh process takes for the import. @param {string} module */
const importTime = (module) => {
  const code = `const before = performance.now()
    await import(${JSON.stringify(module)})
    console.log(performance.now() - before)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: ROOT }))
}

export const run = async () => {
  /** @type {Map<string, number[]>} */
  const times = new Map()
  // In turns, so that other load on the machine slows all of them down alike.
  for (let round = 0; round < ROUNDS; round++)
    for (const module of ['rxjs', ...ENTRIES.map((entry) => `./dist/${entry}.js`)])
      times.set(module, [...(times.get(module) ?? []), importTime(module)])
  const rxjs = summary(times.get('rxjs') ?? [])
  return {
    rows: ENTRIES.map((entry) => {
      const own = times.get(`./dist/${entry}.js`) ?? []
      const floor = `least ${ms(Math.min(...own))}; rxjs alone ${ms(rxjs.median)}`
      return timesRow(`import of dist/${entry}.js in a fresh process`, summary(own), {
        floor,
        ...(entry === 'index' && { target: `< ${TARGET_MS} ms`, met: Math.min(...own) < TARGET_MS }),
      })
    }),
    notes: ['Programs that use the library import rxjs anyway.'],
  }
}
