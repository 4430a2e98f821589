/**
 * Whether a policy's `env` list covers a key: by name, `FOO_*` or `*`.
 *
 * @param foldCase as on Windows, where names that differ in capitals are one
 */
export function makeEnvCovers(granted: readonly string[], foldCase: boolean): (key: string) => boolean {
  const fold = (key: string): string => (foldCase ? key.toUpperCase() : key);
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const entry of granted) {
    if (entry.endsWith("*")) prefixes.push(fold(entry.slice(0, -1)));
    else exact.add(fold(entry));
  }
  return (key) => {
    const folded = fold(key);
    return exact.has(folded) || prefixes.some((prefix) => folded.startsWith(prefix));
  };
}
