export declare function crawlAlone(options?: {
  readonly node?: string;
  readonly only?: RegExp;
}): Promise<Record<string, readonly string[]>>;
