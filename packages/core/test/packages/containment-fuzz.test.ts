import { posix } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { FileReader } from "../../src/packages/file-reader.ts";
import { makeResolver, type ResolutionMode } from "../../src/packages/resolver.ts";

const DEP = "/app/node_modules/dep";
const FOLDERS = new Set(["/", "/app", "/app/node_modules", DEP]);

/** A disk on which every file exists: whatever escapes, is found. Only what competes with the package is not. */
const generousDisk = (manifest: unknown): FileReader => ({
  stat: (path) => {
    if (FOLDERS.has(path)) return "dir";
    const isRival = path.startsWith(`${DEP}.`) || path.endsWith("/package.json") || path.endsWith("/");
    return isRival && path !== `${DEP}/package.json` ? undefined : "file";
  },
  // As on a disk that does not tell cases apart.
  realpath: (path) => posix.normalize(path).replaceAll("NODE_MODULES", "node_modules"),
  readText: (path) => (path === `${DEP}/package.json` ? JSON.stringify(manifest) : undefined),
  list: () => [],
});

const segment = fc.constantFrom(
  "..", ".", "", "lib", "x.js", "node_modules", "victim", "%2e%2e", "%2e", ".%2e", "..%2f", "%2f", "%5c", "\\", "..\\",
  "\t..", ".\t.", "..\n", ".\r.", "%00", "\0", "no%64e_modules", "NODE_MODULES", "~", "@", "*", "?", "#", "%", "%zz",
  "file:", "file:///etc", "C:", "‥", "．．", " ..", ".. ", ";", "..;", "%252e%252e", "app", "etc",
); // prettier-ignore
const path = fc
  .tuple(fc.constantFrom("./", "", "/", "../", ".//", "./../", "file://", "//", "\\"), fc.array(segment, { maxLength: 6 }), fc.constantFrom("/", "\\", ""))
  .map(([head, parts, glue]) => head + parts.join(glue || "/")); // prettier-ignore

const outcome = (manifest: unknown, specifier: string, referrer: string, mode: ResolutionMode): string | undefined => {
  const resolver = makeResolver(generousDisk(manifest), { roots: ["/app"] });
  try {
    const found = resolver.resolve(specifier, referrer, mode, { pathOnly: true });
    expect(found.location).toBe(DEP);
    return found.path;
  } catch (error) {
    // Node's own errors alone: an assertion that failed, or a crash, must show.
    if (typeof (error as { code?: unknown }).code !== "string" || (error as Error).name === "AssertionError")
      throw error;
    return undefined;
  }
};

const isInside = (found: string | undefined): boolean =>
  found === undefined || (found.startsWith(`${DEP}/`) && !found.slice(DEP.length).includes("/node_modules/"));

for (const mode of ["require", "import"] as const) {
  it(`main, exports and imports stay inside, whatever they say (${mode})`, () => {
    let resolved = 0;
    fc.assert(
      fc.property(path, path, fc.array(segment, { maxLength: 4 }), (target, star, parts) => {
        const tail = parts.join("/");
        const answers = [
          outcome({ main: target }, "dep", "/app/x.js", mode),
          outcome({ exports: target }, "dep", "/app/x.js", mode),
          outcome({ exports: { "./*": target } }, `dep/${tail}`, "/app/x.js", mode),
          outcome({ exports: { "./*": "./*" } }, `dep/${star}`, "/app/x.js", mode),
          outcome(
            { exports: { "./*": "./lib/*.js", "./a/*": [target, "./lib/*"] } },
            `dep/a/${tail}`,
            "/app/x.js",
            mode,
          ),
          outcome({ imports: { "#a": target } }, "#a", `${DEP}/x.js`, mode),
          outcome({ imports: { "#a/*": "./*" } }, `#a/${star}`, `${DEP}/x.js`, mode),
        ];
        for (const answer of answers) {
          if (answer !== undefined) resolved += 1;
          expect(isInside(answer), String(answer)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
    // Not vacuous: many of them do lead somewhere.
    expect(resolved).toBeGreaterThan(200);
  });
}
