import * as E from 'fp-ts/lib/Either.js'
import { suggestion } from '../io/config/nearest.js'
import { commandHelp } from './commands/help-text.js'
import { parseWords, type Words } from './commands/parse.js'
import { commands, findCommand } from './commands/table.js'
import type { CommandSpec } from './commands/spec.js'
import { EXIT } from './output/exits.js'
import { errorLines } from './output/lines.js'

const unknown = (word: string): string => {
  const near = suggestion(
    word,
    commands.map(({ name }) => name),
  )
  return `found ${JSON.stringify(word.slice(0, 100))}${near}; expected a command that --help lists`
}

const showHelp = async ({ args: [word] }: Words, host: NodeJS.Process): Promise<number> => {
  if (word === undefined) {
    const [{ helpText }, { packageVersion }] = await Promise.all([
      import('./help.js'),
      import('../host/version.js'),
    ])
    host.stdout.write(helpText(packageVersion().name))
    return EXIT.done
  }
  const spec = findCommand(word)
  if (spec === undefined) {
    host.stderr.write(errorLines([unknown(word)]))
    return EXIT.usage
  }
  host.stdout.write(commandHelp(spec))
  return EXIT.done
}

/** Each command loads only the code it needs. */
const start = async (spec: CommandSpec, words: Words, host: NodeJS.Process): Promise<number> => {
  switch (spec.name) {
    case 'inspect': {
      const { inspect } = await import('./inspect/inspect.js')
      return inspect({ file: words.args[0] ?? '', json: words.on.has('json') }, host)
    }
    case 'encrypt':
      return (await import('./encrypt/encrypt.js')).encrypt(words, host)
    case 'attest':
      return (await import('./attest/attest.js')).attest(words, host)
    case 'submit':
      return (await import('./submit/submit.js')).submit(words, host)
    case 'stop':
      return (await import('./stop/stop.js')).stop(words, host)
    case 'invoke':
      return (await import('./invoke/invoke.js')).invoke(words, host)
    case 'watch':
      return (await import('./watch/watch.js')).watch(words, host)
    case 'dev':
      return (await import('./dev/dev.js')).dev(words, host)
    case 'completion':
      return (await import('./completion/completion.js')).completion(words, host)
    case 'help':
      return showHelp(words, host)
    default:
      throw new Error(`the command ${spec.name} is the daemon's`)
  }
}

const startExec = async (
  argv: readonly string[],
  host: NodeJS.Process,
  compileCache: string | undefined,
): Promise<number> => (await import('./exec/exec.js')).exec(argv, host, { compileCache, load: undefined })

const asksForHelp = ([first, second]: readonly string[]): boolean =>
  [first, first === 'run' || first === 'serve' ? second : ''].some(
    (word) => word === '--help' || word === '-h',
  )

/** Runs the command `word`; returns the exit code. `compileCache`: see `Program`. */
export const runCommand = async (
  word: string,
  argv: readonly string[],
  host: NodeJS.Process,
  compileCache?: string,
): Promise<number> => {
  const spec = findCommand(word)
  if (spec === undefined) {
    host.stderr.write(errorLines([unknown(word)]))
    return EXIT.usage
  }
  if (spec.name === 'exec' && !asksForHelp(argv)) return startExec(argv, host, compileCache)
  const words = parseWords(spec, spec.name === 'exec' ? ['--help'] : argv)
  if (E.isLeft(words)) {
    host.stderr.write(errorLines(words.left) + `see: proplet ${spec.name} --help\n`)
    return EXIT.usage
  }
  if (words.right.help) {
    host.stdout.write(commandHelp(spec))
    return EXIT.done
  }
  return start(spec, words.right, host)
}
