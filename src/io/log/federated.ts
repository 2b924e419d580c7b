import type { Provided, Reported } from '../../model/task-event.js'
import type { Logger } from './log.js'

export const logProvided = (log: Logger, { variable, from, length }: Provided): void =>
  log.info({ variable, url: from, characters: length }, 'Fetched for the task')

export const logReported = (log: Logger, { round, to }: Reported): void =>
  log.info(
    { round, ...('url' in to && { url: to.url }) },
    'url' in to ? 'Update reported to the coordinator' : 'Update reported to the channel',
  )
