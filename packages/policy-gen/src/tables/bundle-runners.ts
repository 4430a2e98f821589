/**
 * Packages that build the project's modules and load what they have built, or evaluate these one by one, to
 * render its pages or to ask them something. What is so built runs as their code, and imports what the project's
 * modules import.
 */
export const BUNDLE_RUNNERS: ReadonlyMap<string, BundleRunner> = new Map<string, BundleRunner>([
  ["@react-router/dev", { why: "loads the server's bundle to prerender, and for its manifest", isBundled: true }],
  ["@sveltejs/kit", { why: "loads the server's bundle to analyse and prerender it", isBundled: true }],
  ["astro", { why: "loads the server's bundle to render static pages", isBundled: true }],
  ["vite", { why: "evaluates modules for servers in development, and imports packages for them", isBundled: false }],
  ["vite-node", { why: "the same, for Vitest up to 3 and as a command", isBundled: false }],
  ["vitest", { why: "the same, for tests", isBundled: false }],
]);

interface BundleRunner {
  readonly why: string;
  /** Whether it is put into the bundle itself, and with it what it depends on. */
  readonly isBundled: boolean;
}
