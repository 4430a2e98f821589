export declare const TYPESCRIPT_PROGRAMS: readonly {
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly code: number;
  readonly stdout: string;
  readonly stderr?: string;
}[];
