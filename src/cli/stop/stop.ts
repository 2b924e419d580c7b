import { EMPTY, of } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import { answered } from '../client/answer.js'
import { answerTopics, askAndWait, tell } from '../client/await-answer.js'
import { loadedChannel } from '../client/channel.js'
import { carryOut, type Plan } from '../client/command.js'
import type { Answer, ChannelMessage } from '../client/channel-message.js'
import { idOf, targetOf, timeoutOf, usageProblem } from '../client/options.js'
import { exit, note, result, type Shown } from '../client/shown.js'
import type { Words } from '../commands/parse.js'
import { EXIT } from '../output/exits.js'

const ANSWER_MS = 30_000

/** A stopped task fails, but the stop has succeeded. */
const ended = (answer: Answer, json: boolean): readonly Shown[] =>
  answered(answer, json)
    .map((shown) => (shown.type === 'failure' ? note(shown.text) : shown))
    .map((shown) => (shown.type === 'exit' ? exit(EXIT.done) : shown))

const plan = (words: Words, host: NodeJS.Process): Plan => {
  const taskId = idOf('ID', words.args[0] ?? '')
  const json = words.on.has('json')
  const wait = words.on.has('wait')
  const timeoutMs = timeoutOf(words)
  if (timeoutMs !== undefined && !wait) throw usageProblem('found --timeout without --wait; expected both')
  const publication: Publication = {
    subtopic: 'control/manager/stop',
    payload: { id: taskId, ...targetOf(words) },
    keep: 'all',
  }
  const { warnings, open } = loadedChannel(words, host)
  const id$ = json ? of(result(`${JSON.stringify({ task_id: taskId })}\n`)) : EMPTY
  if (!wait) return { warnings, shown$: open({ needed: [] }, (link) => tell(link, publication, id$)) }
  const question = {
    publication,
    waited: { taskId },
    isAnswer: (message: ChannelMessage): message is ChannelMessage & { type: 'result' } =>
      message.type === 'result' && message.taskId === taskId,
    show: (answer: Answer) => ended(answer, json),
    withinMs: timeoutMs ?? ANSWER_MS,
    live: host.stderr.isTTY,
  }
  return {
    warnings,
    shown$: open(answerTopics('control/proplet/results'), (link) => askAndWait(link, question)),
  }
}

/** `proplet stop`: sends a stop command, and waits for the end of the task if requested. */
export const stop = (words: Words, host: NodeJS.Process): Promise<number> =>
  carryOut(() => plan(words, host), host)
