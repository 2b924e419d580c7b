#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import type * as Cli from './cli/exec/main.js'
import { loadProgram } from './host/program.js'
import { hasGuestStack } from './host/stack-limit.js'

// `proplet exec` under a name of its own, for those who start a runtime by the path of its program.
const BUNDLE = fileURLToPath(new URL('./cli/exec/main.cjs', import.meta.url))

const runsGuests = hasGuestStack(process.execArgv)
const profile = runsGuests ? 'exec-direct' : 'exec'

const { exports, compileCache, load } = loadProgram<typeof Cli>(BUNDLE, profile, process.env)
void exports.main(process, { compileCache, load: runsGuests ? load : undefined })
