#!/usr/bin/env node
import { useCompileCache } from './host/compile-cache.js'

// `proplet exec` under a name of its own, for those who start a runtime by the path of its program.
const argv = process.argv.slice(2)
if (argv[0] === '--version') {
  const { packageVersion } = await import('./host/version.js')
  process.stdout.write(`proplet-exec ${packageVersion().version}\n`)
} else {
  useCompileCache(process.env)
  const { exec } = await import('./cli/exec/exec.js')
  process.exitCode = await exec(argv, process)
}
