const HERE = 'requireBesideThisChunk'

/**
 * Modules of guests load parts by `createRequire(import.meta.url)`. In a CommonJS bundle they use the `require` of their chunk
 * instead, which may be that of the cache of compiled code, and the CommonJS form of the part.
 *
 * @param {string} thread path of the built thread that reads standard input, from a folder beside that of chunks
 */
export const partsInCommonJs = (thread = '../host/stdin-thread.cjs') => ({
  name: 'parts-in-common-js',
  transform: {
    filter: { id: /\/src\/runtime\/guest\//, code: /import\.meta\.url/ },
    handler: (code) =>
      code
        .replace("'../host/stdin-thread.js'", `'${thread}'`)
        .replace('createRequire(import.meta.url)', HERE)
        .replaceAll(/(?<=\brequire\('\.\.\/[\w/-]+\.)js(?='\))/g, 'cjs'),
  },
  renderChunk: (code) => (code.includes(HERE) ? code.replaceAll(HERE, 'require') : null),
})

/**
 * A program that the shell starts with a stack as large as that of guests: a process can't change that later. To JavaScript the second
 * line is a text and a comment.
 *
 * @param {string} code of a program that starts with a line for the system
 */
export const withGuestStack = (code, stackBytes) =>
  code.replace(
    '#!/usr/bin/env node\n',
    `#!/bin/sh\n':' //; exec node --stack-size=${stackBytes / 1024} "$0" "$@"\n`,
  )
