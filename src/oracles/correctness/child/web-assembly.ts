/** The part of the WebAssembly interface that the sandbox uses and replaces; Node's types do not describe it. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WebAssemblyHost {
  instantiate(source: unknown, imports?: Record<string, Record<string, unknown>>): unknown;
  readonly Memory: {
    readonly prototype: WebAssemblyMemory;
    new (options: { initial: number }): WebAssemblyMemory;
  };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}
