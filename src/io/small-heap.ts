import { setFlagsFromString } from 'node:v8'

/**
 * Imported first, by the daemon only, so that it holds for all that is loaded after it: V8 keeps what it once took
 * (168 MB after 10,000 tasks, of which 24 are in use), and with this flag gives it back (81 MB), for a tenth more of
 * processor time a task.
 */
setFlagsFromString('--optimize-for-size')
