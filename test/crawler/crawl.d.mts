export interface Crawled {
  readonly findings: { readonly package: string; readonly what: string; readonly path: string }[];
  /** Events of the recipes that were not heard. */
  readonly heard: string[];
  readonly objects: number[];
  readonly edges: number[];
  readonly stderr: string;
}
export function crawl(options: {
  node?: string;
  table: unknown;
  asking?: { readonly builtins?: readonly string[]; readonly globals?: readonly string[] };
  taps?: boolean;
  planted?: boolean;
  budget?: number;
  keep?: boolean;
}): Promise<Crawled>;
