import { ComponentError } from '../error.js'
import type { Remedy } from '../remedy.js'

export const malformed = (what: string, offset: number): ComponentError =>
  new ComponentError('binary', `malformed component: ${what} at byte ${offset}`, { offset })

export const unsupported = (what: string, offset: number, { text, runsElsewhere }: Remedy): ComponentError =>
  new ComponentError('unsupported', `unsupported component: ${what} at byte ${offset}; ${text}`, {
    offset,
    runsElsewhere,
  })
