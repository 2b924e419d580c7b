import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { PathReporter } from 'io-ts/lib/PathReporter.js'
import { isLeft } from 'fp-ts/lib/Either.js'
import { runScript } from './run-script.js'
import { script } from './script.js'

// Runs the script named on the command line; prints each result as a line of JSON before the next command begins.
const [, , path = ''] = process.argv
const decoded = script.decode(JSON.parse(readFileSync(path, 'utf8')))
if (isLeft(decoded)) throw new Error(PathReporter.report(decoded).slice(0, 3).join('\n'))
for await (const result of runScript(decoded.right, dirname(path)))
  process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)
