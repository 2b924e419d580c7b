#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import type * as Cli from './cli/main.js'
import { loadProgram } from './host/program.js'

const BUNDLE = fileURLToPath(new URL('./cli/main.cjs', import.meta.url))
/** Commands come as a word, options of the daemon with a dash. */
const isCommand = process.argv[2]?.startsWith('-') === false

const { exports, ...program } = loadProgram<typeof Cli>(BUNDLE, isCommand ? 'command' : 'daemon', process.env)
void exports.main(process, program)
