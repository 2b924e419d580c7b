import { isAbsolute } from 'node:path'
import { duration } from './duration.js'
import { integer, list, oneOf } from './readers.js'
import { computed, withDefault } from './setting.js'
import { size } from './size.js'

const GIB = 2 ** 30

const directories = list(
  ':',
  (found) => isAbsolute(found) && !found.includes('\0'),
  'absolute paths of directories, separated by colons',
)

export const taskSettings = {
  max_tasks: computed(
    integer(1, 1024),
    'cores, at least 2',
    ({ cores }) => String(Math.min(1024, Math.max(2, cores))),
    'maximum number of tasks that run at once',
  ),
  queue_max: withDefault(
    integer(0, 1_000_000),
    '1000',
    'maximum number of tasks that are queued or being fetched, in addition to those running',
  ),
  max_daemons: withDefault(integer(0, 100_000), '64', 'maximum number of daemon tasks'),
  max_latent: withDefault(integer(0, 100_000), '64', 'maximum number of latent tasks'),
  task_timeout: withDefault(duration({ zero: 'none' }), '0', 'time limit of a task; 0 means no limit'),
  task_memory_max: withDefault(size(65_536, 4 * GIB), '256MiB', 'memory limit of a task, in bytes'),
  task_output_max: withDefault(size(1, GIB), '512KiB', 'output limit of a task, in bytes'),
  isolation: withDefault(
    oneOf(['process', 'thread', 'sandbox']),
    'process',
    'where guests run: process, thread, or sandbox (a process under bubblewrap)',
  ),
  component_engine: withDefault(
    oneOf(['linker', 'jco']),
    'linker',
    'engine for components: linker, or jco (needs the optional package @bytecodealliance/jco-transpile)',
  ),
  warm: withDefault(
    integer(0, 256),
    '2',
    'number of idle child processes kept ready; only one before the first task and after 10 s without a task',
  ),
  dirs: withDefault(directories, '', 'host directories that guests may read and write, separated by colons'),
  dirs_readonly: withDefault(
    directories,
    '',
    'host directories that guests may only read, separated by colons',
  ),
} as const
