import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/fixtures.js'

export const UNIT = join(ROOT, 'packaging/proplet.service')
export const SANDBOX = join(ROOT, 'packaging/sandbox.conf')
export const CONTAINERFILE = join(ROOT, 'packaging/Containerfile')

/** The values of a key in a unit file, in order. */
export const valuesOf = (file: string, key: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
