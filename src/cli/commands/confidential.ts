import { JSON_OUTPUT } from './shared.js'
import type { CommandSpec } from './spec.js'

export const ATTEST: CommandSpec = {
  name: 'attest',
  summary: 'show what this machine can prove about itself',
  arguments: [],
  options: [
    {
      name: 'nonce',
      value: 'HEX',
      meaning: 'produce evidence bound to these bytes (at most 64); --json prints it',
    },
    { name: 'kbs', meaning: 'attest to the configured Key Broker Service' },
    JSON_OUTPUT,
  ],
  settings: 'proplet',
  notes: [
    'Without options the hardware is not asked for evidence: it shows which TEE was detected, by which sign, and where keys come from.',
  ],
  examples: [
    ['proplet attest', 'the detected TEE, and its sign'],
    ['proplet attest --nonce 00ff --json', 'evidence for a verifier'],
    ['proplet attest --kbs --kbs-uri http://127.0.0.1:8080', 'whether the service accepts it'],
  ],
  exits: [
    ['0', 'done'],
    ['1', 'no evidence could be produced, or it was refused'],
    ['64', 'wrong command line'],
    ['78', 'wrong configuration'],
  ],
}

export const ENCRYPT: CommandSpec = {
  name: 'encrypt',
  summary: 'encrypt a WebAssembly binary into an image',
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
      meaning: 'the key: 32 bytes, raw or base64; one for each name',
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
    'FILE may be -, for standard input. Each of the keys opens the image. To create a key: head -c 32 /dev/urandom > key.bin. To push the image: skopeo copy oci:app:v1 docker://HOST/app:v1.',
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
    ['65', 'the binary or a key is invalid'],
    ['66', 'a file cannot be read'],
  ],
}
