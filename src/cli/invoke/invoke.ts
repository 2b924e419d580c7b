import { randomUUID } from 'node:crypto'
import type { Publication } from '../../model/publication.js'
import { answered } from '../client/answer.js'
import { answerTopics, askAndWait } from '../client/await-answer.js'
import { loadedChannel } from '../client/channel.js'
import { carryOut, type Plan } from '../client/command.js'
import type { Answer, ChannelMessage } from '../client/channel-message.js'
import { idOf, inputsOf, targetOf, timeoutOf, variablesOf } from '../client/options.js'
import type { Words } from '../commands/parse.js'

/** The timeout of the Manager. */
const ANSWER_MS = 30_000

const plan = (words: Words, host: NodeJS.Process): Plan => {
  const taskId = idOf('ID', words.args[0] ?? '')
  const json = words.on.has('json')
  const invocationId = randomUUID()
  const publication: Publication = {
    subtopic: 'control/manager/invoke',
    payload: {
      id: taskId,
      invocation_id: invocationId,
      inputs: inputsOf(words),
      env: variablesOf(words, host.env),
      ...targetOf(words),
    },
    keep: 'all',
  }
  const question = {
    publication,
    waited: { taskId },
    isAnswer: (message: ChannelMessage): message is ChannelMessage & { type: 'invoke_result' } =>
      message.type === 'invoke_result' && message.taskId === taskId && message.invocationId === invocationId,
    show: (answer: Answer) => answered(answer, json, invocationId),
    withinMs: timeoutOf(words) ?? ANSWER_MS,
    live: host.stderr.isTTY,
  }
  const { warnings, open } = loadedChannel(words, host)
  return {
    warnings,
    shown$: open(answerTopics('control/proplet/invoke_results'), (link) => askAndWait(link, question)),
  }
}

/** `proplet invoke`: calls a latent task and waits for the result. */
export const invoke = (words: Words, host: NodeJS.Process): Promise<number> =>
  carryOut(() => plan(words, host), host)
