import { run } from './tarball.js'

const ROUNDS = 9

/**
 * Milliseconds of processor time that a fresh process takes to import a module, the least of a few rounds: what other
 * work of the machine adds is not the module's.
 */
export const importTime = (directory: string, module: string): number => {
  const code = `
    const before = process.cpuUsage()
    await import(${JSON.stringify(module)})
    const { user, system } = process.cpuUsage(before)
    console.log((user + system) / 1000)`
  const times = Array.from({ length: ROUNDS }, () =>
    Number(run(directory, process.execPath, ['--input-type=module', '--eval', code])),
  )
  return Math.min(...times)
}
