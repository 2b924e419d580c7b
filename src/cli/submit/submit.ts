import { randomUUID } from 'node:crypto'
import { of } from 'rxjs'
import { answered } from '../client/answer.js'
import { answerTopics, askAndWait, tell } from '../client/await-answer.js'
import { loadedChannel } from '../client/channel.js'
import { carryOut, type Plan } from '../client/command.js'
import type { Answer, ChannelMessage } from '../client/channel-message.js'
import { safeLine } from '../client/safe.js'
import { result } from '../client/shown.js'
import type { Words } from '../commands/parse.js'
import { startMessage } from './message.js'
import { requestOf } from './request.js'
import { findSource } from './source.js'

const plan = async (words: Words, host: NodeJS.Process): Promise<Plan> => {
  const request = requestOf(words, host.env, randomUUID)
  const { config, warnings, open } = loadedChannel(words, host)
  const { taskId, wait, json, timeoutMs, command } = request
  const source = await findSource(words.args[0] ?? '', host.stdin)
  const publication = startMessage(command, source, config)
  const id = result(json ? `${JSON.stringify({ task_id: taskId })}\n` : `${taskId}\n`)
  if (!wait) return { warnings, shown$: open({ needed: [] }, (link) => tell(link, publication, of(id))) }
  const image = source.type === 'image' ? source.image : undefined
  const question = {
    publication,
    waited: { taskId, image },
    isAnswer: (message: ChannelMessage): message is ChannelMessage & { type: 'result' } =>
      message.type === 'result' && message.taskId === taskId,
    show: (answer: Answer) => answered(answer, json),
    withinMs: timeoutMs,
    live: host.stderr.isTTY,
  }
  return {
    warnings,
    shown$: open(answerTopics('control/proplet/results', image), (link) => askAndWait(link, question)),
    parting: [`the task keeps running; to stop it: proplet stop ${safeLine(taskId)}`],
  }
}

/** `proplet submit`: sends a start command, and waits for the result if requested; returns the exit code. */
export const submit = (words: Words, host: NodeJS.Process): Promise<number> =>
  carryOut(() => plan(words, host), host)
