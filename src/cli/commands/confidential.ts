import { JSON_OUTPUT } from './shared.js'
import type { CommandSpec } from './spec.js'

export const ATTEST: CommandSpec = {
  name: 'attest',
  summary: 'show what this machine can prove of itself',
  arguments: [],
  options: [
    {
      name: 'nonce',
      value: 'HEX',
      meaning: 'make evidence that is bound to these bytes, at most 64; with --json it is printed',
    },
    { name: 'kbs', meaning: 'attest to the configured Key Broker Service' },
    JSON_OUTPUT,
  ],
  settings: 'proplet',
  notes: [
    'Without options nothing is asked of the hardware: it shows which TEE was found, by which sign, and who gives keys.',
  ],
  examples: [
    ['proplet attest', 'the TEE that was found, and by which sign'],
    ['proplet attest --nonce 00ff --json', 'evidence for a verifier'],
    ['proplet attest --kbs --kbs-uri http://127.0.0.1:8080', 'whether the service accepts it'],
  ],
  exits: [
    ['0', 'done'],
    ['1', 'no evidence could be made, or it was refused'],
    ['64', 'wrong command line'],
    ['78', 'wrong configuration'],
  ],
}

export const ENCRYPT: CommandSpec = {
  name: 'encrypt',
  summary: 'make an encrypted image of a WebAssembly binary',
  arguments: [{ name: 'FILE', completes: 'file' }],
  options: [
    {
      name: 'kbs-resource',
      value: 'URI',
      many: true,
      meaning: 'the name of the key in the Key Broker Service: kbs:///REPOSITORY/TYPE/TAG',
    },
    {
      name: 'key',
      value: 'FILE',
      many: true,
      completes: 'file',
      meaning: 'the key, 32 bytes, raw or base64; as many as there are names',
    },
    {
      name: 'output',
      short: 'o',
      value: 'oci:DIR[:TAG]',
      completes: 'directory',
      meaning: 'the image layout to write, which skopeo copies to a registry',
    },
    {
      name: 'tar',
      meaning: 'put the binary into a tar+gzip layer as module.wasm, as container tools expect',
    },
  ],
  settings: 'none',
  notes: [
    'FILE may be -, for standard input. Who has one of the keys can open the image. A new key: head -c 32 /dev/urandom > key.bin. Into a registry: skopeo copy oci:app:v1 docker://HOST/app:v1.',
  ],
  examples: [
    [
      'proplet encrypt app.wasm --kbs-resource kbs:///default/key/app --key key.bin -o oci:app:v1',
      'an image layout in the directory app',
    ],
  ],
  exits: [
    ['0', 'done'],
    ['64', 'wrong command line'],
    ['65', 'no good binary, or no good key'],
    ['66', 'a file can not be read'],
  ],
}
