import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PreparedComponent } from '@proplet/component/link/prepare.js'
import { printWave } from '@proplet/component/wave/print.js'
import { planComponent } from '../../src/runtime/guest/call/component-plan.js'
import type { EmbeddedRuntime } from '../../src/runtime/embedded/embedded.js'
import { prepare } from '../../packages/component/test/link/harness.js'
import { openRuntime, run, toBinary } from '../runtime/embedded/harness.js'
import { CASES } from './cases.js'
import { callsOfJco, transpiled, type Answer, type Question } from './jco.js'

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

describe.each(CASES)('typed exports of $name, here and with jco', ({ name, bytes, cases }) => {
  let runtime: EmbeddedRuntime
  let prepared: PreparedComponent
  let ask: (question: Question) => Promise<Answer>
  const binary = toBinary(bytes())
  beforeAll(async () => {
    runtime = await openRuntime({ memoryMaxBytes: 256 * 1024 * 1024 })
    prepared = prepare(new Uint8Array(bytes()))
    ask = await callsOfJco(await transpiled(name, bytes()))
  })
  afterAll(() => runtime.close())

  const withJco = async (called: string, inputs: readonly string[]) => {
    const plan = planComponent(prepared, called, inputs)
    const answer = await ask({ instance: plan.instance, name: camelCase(plan.export), args: plan.args })
    if ('trap' in answer) return 'a trap'
    if ('thrown' in answer) throw new Error(`jco's bindings failed: ${answer.thrown}`)
    if (plan.result === undefined) return { kind: 'completed', results: '' }
    const value = plan.result.kind !== 'result' ? valueOf(answer) : resultOf(answer)
    return { kind: 'completed', results: printWave(plan.result, value) }
  }

  it.each(cases)('%s %s %s', async (called, ...inputs) => {
    const { outcome } = await run(runtime, { binary, name: called, inputs })
    const trapped = outcome.kind === 'failed' && outcome.code === 'trap'
    expect(trapped ? 'a trap' : outcome).toStrictEqual(await withJco(called, inputs))
  })
})

const valueOf = (answer: Answer) => {
  if (!('value' in answer)) throw new Error(`an error where none can be: ${JSON.stringify(answer)}`)
  return answer.value
}

/** The bindings of jco throw the error case of a `result` that is the whole answer. */
const resultOf = (answer: Answer) =>
  'error' in answer ? { tag: 'err', val: answer.error } : { tag: 'ok', val: valueOf(answer) }
