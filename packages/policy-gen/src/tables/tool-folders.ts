/** Folders that a tool keeps for itself: what it puts there nobody else takes for anything else. */
export interface ToolFolders {
  /** Scopes; on every system the same, so that a policy is. */
  readonly folders: readonly string[];
  /** Whether the packages that it brings write there, too. */
  readonly handedOn?: true;
  readonly why: string;
}

/** By the package that reads and writes them. Not covered by `.`: in the home folder or in dot-folders. */
export const TOOL_FOLDERS: ReadonlyMap<string, ToolFolders> = new Map([
  [
    "@astrojs/telemetry",
    {
      folders: ["<home>/.config/astro", "<home>/Library/Preferences/astro"],
      why: "whether telemetry is on; astro fails without",
    },
  ],
  [
    "next",
    {
      folders: ["<home>/.config/nextjs-nodejs", "<home>/Library/Preferences/nextjs-nodejs"],
      why: "whether telemetry is on",
    },
  ],
  ["nx", { folders: ["./.nx/cache", "./.nx/workspace-data"], why: "results and the graph of the workspace" }],
  ["semistandard", { folders: ["<home>/.cache/semistandard"], handedOn: true, why: "ESLint's cache" }],
  [
    "wrangler",
    {
      folders: [
        "./.wrangler/state",
        "./.wrangler/tmp",
        "<home>/.config/.wrangler/logs",
        "<home>/.config/.wrangler/metrics.json",
        "<home>/Library/Preferences/.wrangler/logs",
        "<home>/Library/Preferences/.wrangler/metrics.json",
      ],
      why: "bundles, and what it has done, which it fails without; beside the latter lie its tokens",
    },
  ],
  ["standard", { folders: ["<home>/.cache/standard"], handedOn: true, why: "ESLint's cache" }],
]);
