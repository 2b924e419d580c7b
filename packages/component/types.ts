/** The type of a component value (Component Model, `defvaltype`). Names are in kebab case, as in the component. */
export type ValueType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'list'; readonly element: ValueType; readonly length?: number }
  | { readonly kind: 'tuple'; readonly items: readonly ValueType[] }
  | { readonly kind: 'record'; readonly fields: readonly NamedType[] }
  | { readonly kind: 'variant'; readonly cases: readonly CaseType[] }
  | { readonly kind: 'enum'; readonly cases: readonly string[] }
  | { readonly kind: 'flags'; readonly names: readonly string[] }
  | { readonly kind: 'option'; readonly some: ValueType }
  | { readonly kind: 'result'; readonly ok: ValueType | undefined; readonly err: ValueType | undefined }
  | { readonly kind: 'own' | 'borrow'; readonly resource: string }
  | { readonly kind: 'stream' | 'future'; readonly element: ValueType | undefined }

export type PrimitiveKind =
  | 'bool'
  | 's8'
  | 'u8'
  | 's16'
  | 'u16'
  | 's32'
  | 'u32'
  | 's64'
  | 'u64'
  | 'f32'
  | 'f64'
  | 'char'
  | 'string'
  | 'error-context'

export type NamedType = { readonly name: string; readonly type: ValueType }

export type CaseType = { readonly name: string; readonly type: ValueType | undefined }

export type FunctionType = {
  readonly params: readonly NamedType[]
  readonly result: ValueType | undefined
  /** Declared `async`, like functions of WASI 0.3. */
  readonly async: boolean
}
