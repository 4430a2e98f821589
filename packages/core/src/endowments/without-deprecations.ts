/** Runs what Node deprecates: of the program's own use `--pending-deprecation` tells, or ends it. */
export function withoutDeprecations<T>(process: { noDeprecation?: boolean }, run: () => T): T {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return run();
  } finally {
    if (noDeprecation === undefined) delete process.noDeprecation;
    else process.noDeprecation = noDeprecation;
  }
}
