import { ComponentError } from '../error.js'

export const malformed = (what: string, offset: number): ComponentError =>
  new ComponentError('binary', `malformed component: ${what} at byte ${offset}`, { offset })

export const unsupported = (what: string, offset: number): ComponentError =>
  new ComponentError('unsupported', `unsupported component: ${what} at byte ${offset}`, { offset })
