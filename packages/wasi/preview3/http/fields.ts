import { Fields as Fields2, refuse, type FieldRules } from '../../http/fields.js'

const RULES: FieldRules = {
  value: /^[\t -~\x80-\xff]*$/,
  keepsFirstCase: true,
  exceeded: () => refuse('size-exceeded'),
}

/** `fields` of wasi:http/types. */
export class Fields extends Fields2 {
  constructor() {
    super(RULES)
  }

  copyAll(): [string, Uint8Array][] {
    return this.entries()
  }

  override clone(): Fields {
    return this.copyInto(new Fields())
  }
}
