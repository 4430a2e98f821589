import { defineMember, named } from "../facade.ts";
import type { EndowmentContext } from "../principal.ts";

/** Fields of a report's header that say which system this is and nothing about who runs what. */
const HEADER_FIELDS = [
  "nodejsVersion",
  "glibcVersionRuntime",
  "glibcVersionCompiler",
  "wordSize",
  "arch",
  "platform",
  "componentVersions",
  "release",
  "osName",
  "osRelease",
  "osVersion",
  "osMachine",
] as const;

/**
 * `process.report` for a package: enough to tell glibc from musl, which is what
 * loaders of native addons ask it for. The real report lists the environment,
 * the command line and open connections, and writes files.
 */
export function makeReport(context: EndowmentContext): object {
  const summary = (): Record<string, any> =>
    context.shared("process.report", () => {
      const { report } = context.powers.process as any;
      const before = report.excludeNetwork;
      report.excludeNetwork = true;
      try {
        const { header, sharedObjects } = report.getReport();
        return { header, sharedObjects };
      } finally {
        report.excludeNetwork = before;
      }
    });
  const facade = {};
  defineMember(
    facade,
    "getReport",
    named("getReport", 1, () => {
      const { header, sharedObjects } = summary();
      const copy: Record<string, unknown> = {};
      for (const field of HEADER_FIELDS) {
        if (header[field] !== undefined)
          defineMember(copy, field, context.powers.globals["structuredClone"](header[field]));
      }
      return { header: copy, sharedObjects: [...sharedObjects] };
    }),
  );
  defineMember(facade, "excludeNetwork", true);
  defineMember(facade, "excludeEnv", true);
  return facade;
}
