/**
 * Variables that say by which proxy to connect. HTTP clients put their names together
 * (`` env[`${protocol}_proxy`] ``) or look for them among all variables in either case, so that
 * none stands where it is read.
 */
export const PROXY_VARIABLES: readonly string[] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap(
  (name) => [name, name.toUpperCase()],
);

/** A text that names one of them, or is the end of such a name. */
export function namesProxyVariable(text: string): boolean {
  return /_proxy$/i.test(text);
}
