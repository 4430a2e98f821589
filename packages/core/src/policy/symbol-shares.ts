/**
 * Shares of what lies on the global object under a registered symbol, which is the
 * same one for everybody: `Symbol.for(next.server.manifests)`.
 */
const SPELLING = /^Symbol\.for\((.+)\)$/u;
/** Where Node and its `fetch` keep what carries requests, and where they start from: see the share `fetch.dispatcher`. */
const OF_NODE = /^(?:undici|nodejs)\./u;

/** The symbol's key, where the share names a symbol that packages may have for each other. */
export function symbolKeyOf(share: string): string | undefined {
  const key = SPELLING.exec(share)?.[1];
  return key === undefined || key.length > 200 || OF_NODE.test(key) ? undefined : key;
}

/** The share that names a registered symbol, whether it may be granted or not. */
export function symbolShare(key: string): string {
  return `Symbol.for(${key})`;
}

/** The property that a share of a global variable or a symbol names. */
export function propertyOfShare(share: string): PropertyKey {
  const key = symbolKeyOf(share);
  return key === undefined ? share : Symbol.for(key);
}
