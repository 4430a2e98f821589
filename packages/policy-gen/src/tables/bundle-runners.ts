/**
 * Packages that build the project's modules and load what they have built, or evaluate these one by one, to
 * render its pages or to ask them something. What is so built runs as their code, and imports what the project's
 * modules import.
 */
export const BUNDLE_RUNNERS: ReadonlyMap<string, string> = new Map([
  ["@react-router/dev", "loads the server's bundle to prerender, and for its manifest"],
  ["@sveltejs/kit", "loads the server's bundle to analyse and prerender it"],
  ["astro", "loads the server's bundle to render static pages"],
  ["vite", "evaluates modules for servers in development, and imports packages for them"],
]);
