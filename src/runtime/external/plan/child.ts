import { readFileSync, writeSync } from 'node:fs'
import { isTaskFailure } from '../../guest/call/failure.js'
import { readBinary } from '../../guest/task/modules.js'
import { makePlan } from './make-plan.js'
import type { Plan, PlanRequest } from './plan.js'

/** Entry of a child process that parses one untrusted binary, reports the plan, and ends. */
function main(): void {
  const request = parse(readFileSync(0, 'utf8'))
  const answer = Buffer.from(JSON.stringify(plan(request)))
  for (let at = 0; at < answer.length;) at += writeSync(1, answer, at)
}

function plan(request: PlanRequest): Plan {
  try {
    return makePlan(readBinary(request.path, request.isKeyed === true ? undefined : request.digest), request)
  } catch (error) {
    if (!isTaskFailure(error)) throw error
    return { kind: 'refused', code: error.code, error: error.message }
  }
}

function parse(json: string): PlanRequest {
  const request: unknown = JSON.parse(json)
  if (isRequest(request)) return request
  throw new Error('an unknown request from the daemon')
}

/** The daemon is trusted: its messages are only discriminated, not validated. */
function isRequest(value: unknown): value is PlanRequest {
  return typeof value === 'object' && value !== null && 'path' in value && 'inputs' in value
}

main()
