import { describe, expect, it } from 'vitest'
import { parseReference, textOfReference } from '../../../../src/io/download/oci/reference.js'
import { isPlain } from '../../../../src/io/download/oci/registry.js'
import { challengesOf } from '../../../../src/io/download/oci/challenge.js'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('a reference', () => {
  it.each([
    ['add', 'docker.io/library/add:latest'],
    ['user/add:v1', 'docker.io/user/add:v1'],
    ['ghcr.io/org/team/add', 'ghcr.io/org/team/add:latest'],
    ['localhost/add', 'localhost/add:latest'],
    ['localhost:5000/add:v1.2_x-y', 'localhost:5000/add:v1.2_x-y'],
    ['Registry.Example:443/a/b-c__d.e', 'registry.example:443/a/b-c__d.e:latest'],
    ['[::1]:5000/add:v1', '[::1]:5000/add:v1'],
    [`ghcr.io/a/b@${DIGEST}`, `ghcr.io/a/b@${DIGEST}`],
    [`ghcr.io/a/b:v1@${DIGEST}`, `ghcr.io/a/b@${DIGEST}`],
  ])('%s is %s', (text, expected) => {
    expect(textOfReference(parseReference(text))).toBe(expected)
  })

  it.each([
    [
      '',
      'UPPER',
      'a/',
      '/a',
      'ghcr.io/',
      'a//b',
      'a b',
      'a:',
      'a:-x',
      `a:${'x'.repeat(129)}`,
      'a@sha256:00',
      'a@b@c',
    ],
    [
      'user:password@ghcr.io/a',
      'ftp://a/b',
      'a/../b',
      'ghcr.io/../../x',
      'a.b:0/c',
      'a.b:99999/c',
      'a.b:x/c',
      'a?b',
      'a#b',
    ],
    [`a.b/${'x'.repeat(300)}`, `a@md5:${'0'.repeat(32)}`, '[::1/a', '-a.b/c', 'a.b/c:d:e', 'a\n'],
  ])('is none of %s, %s, %s …', (...texts) => {
    for (const text of texts)
      expect(() => parseReference(text)).toThrow(
        'image_url: expected [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST]',
      )
  })
})

it('is pulled without TLS from this machine, and from what is listed', () => {
  for (const host of [
    'localhost',
    'localhost:5000',
    '127.0.0.1:80',
    '127.1.2.3',
    '[::1]:5000',
    'nas.lan:5000',
    'lab',
  ])
    expect([host, isPlain(host, ['nas.lan:5000', 'lab'])]).toStrictEqual([host, true])
  for (const host of [
    'ghcr.io',
    'nas.lan',
    'nas.lan:443',
    'localhost:443',
    'localhost.evil.org',
    '127.0.0.1.nip.io',
  ])
    expect([host, isPlain(host, ['nas.lan:5000', 'lab'])]).toStrictEqual([host, false])
})

describe('challenges', () => {
  const shown = (header: string) =>
    challengesOf(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

  it.each([
    ['Basic realm="a b"', [['basic', { realm: 'a b' }]]],
    ['basic', [['basic', {}]]],
    [
      'Bearer realm="https://a/t",service=s, scope="repository:a/b:pull,push"',
      [['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:a/b:pull,push' }]],
    ],
    [
      'Negotiate, Basic realm="x", Bearer REALM = "a\\"b" , error="c"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
        ['bearer', { realm: 'a"b', error: 'c' }],
      ],
    ],
    ['', []],
    ['="x"', []],
    ['Bearer realm="open', [['bearer', {}]]],
  ])('of %s', (header, expected) => {
    expect(shown(header)).toStrictEqual(expected)
  })
})
