#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import type * as Cli from './cli/exec/main.js'
import { loadProgram } from './host/program.js'

// `proplet exec` under a name of its own, for those who start a runtime by the path of its program.
const BUNDLE = fileURLToPath(new URL('./cli/exec/main.cjs', import.meta.url))

const { exports, compileCache } = loadProgram<typeof Cli>(BUNDLE, 'exec', process.env)
void exports.main(process, compileCache)
