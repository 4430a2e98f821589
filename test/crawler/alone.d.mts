export declare function crawlAlone(options?: {
  readonly node?: string;
  readonly only?: RegExp;
  readonly want?: "little stack" | "no files";
}): Promise<Record<string, readonly string[]>>;
