/** The part of the WebAssembly interface that the sandbox replaces; Node's types do not describe it. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WebAssemblyHost {
  instantiate(source: unknown, imports?: Record<string, Record<string, unknown>>): unknown;
  readonly Memory: { readonly prototype: WebAssemblyMemory };
}
