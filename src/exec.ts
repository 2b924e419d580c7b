#!/usr/bin/env node
import { compileCacheDir, useCompileCache } from './host/compile-cache.js'

// `proplet exec` under a name of its own, for those who start a runtime by the path of its program.
const argv = process.argv.slice(2)
if (argv[0] === '--version') {
  const { packageVersion } = await import('./host/version.js')
  process.stdout.write(`proplet-exec ${packageVersion().version}\n`)
} else {
  const cache = compileCacheDir(process.env)
  if (cache !== undefined) useCompileCache(cache)
  const { exec } = await import('./cli/exec/exec.js')
  process.exitCode = await exec(argv, process)
}
