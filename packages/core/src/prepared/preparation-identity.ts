import process from "node:process";

/** Of moat's own compiled files; put here by the build. */
declare const MOAT_BUILD: string | undefined;

/**
 * All that prepared texts and V8's code of them depend on besides their sources: what another
 * moat, another Node or other flags made is not used.
 */
export function preparationIdentity(...more: unknown[]): string {
  return JSON.stringify([...buildIdentity(), process.execArgv, ...more]);
}

/** Which moat this is, and on which Node. */
export function buildIdentity(): readonly string[] {
  const build = typeof MOAT_BUILD === "string" ? MOAT_BUILD : "source";
  const { node, v8 } = process.versions;
  return [build, node, v8, process.arch];
}
