import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { OVERRIDES_FILE, POLICY_FILE, writeFileAtomically } from "@moat/core/model";

/** What was done about one file. */
export interface InitStep {
  readonly file: string;
  /** `kept`: it was there and is as it was. `extended`: lines were added at its end. */
  readonly outcome: "written" | "extended" | "kept";
  readonly why: string;
}

const WORKFLOWS = ".github/workflows";

/** How each package manager installs exactly what its lockfile says. */
const INSTALL: readonly (readonly [lockfile: string, command: string])[] = [
  ["pnpm-lock.yaml", "corepack enable && pnpm install --frozen-lockfile --ignore-scripts"],
  ["yarn.lock", "corepack enable && yarn install --frozen-lockfile --ignore-scripts"],
  ["package-lock.json", "npm ci --ignore-scripts"],
];

export function policyExists(project: string): boolean {
  return existsSync(path.join(project, POLICY_FILE));
}

/** A workflow for GitHub that checks the policy and shows what changed. Workflows lie at the root of a repository. */
export function addWorkflow(project: string): InitStep {
  const root = repositoryOf(project);
  const folder = path.relative(root, project).split(path.sep).join("/");
  const name = folder === "" ? "moat.yml" : `moat-${folder.replace(/[^A-Za-z0-9]+/gu, "-")}.yml`;
  const file = path.join(root, WORKFLOWS, name);
  const shown = path.relative(project, file).split(path.sep).join("/");
  if (existsSync(file)) return { file: shown, outcome: "kept", why: "it is there" };
  const install =
    INSTALL.find(([lockfile]) => existsSync(path.join(project, lockfile)))?.[1] ?? "npm install --ignore-scripts";
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileAtomically(file, workflowText(install, folder));
  return {
    file: shown,
    outcome: "written",
    why: "checks the policy of each pull request, and shows what packages gained",
  };
}

/** A project on GitLab has one file for all of its jobs, which is not moat's to change. */
export function isOnGitLab(project: string): boolean {
  const root = repositoryOf(project);
  return existsSync(path.join(root, ".gitlab-ci.yml")) && !existsSync(path.join(root, ".github"));
}

function repositoryOf(project: string): string {
  for (let folder = project; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, ".git"))) return folder;
    if (path.dirname(folder) === folder) return project;
  }
}

/** The lines that keep both files readable in reviews and the same on every system. */
export function addGitattributes(project: string): InitStep {
  const file = path.join(project, ".gitattributes");
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const known = new Set((before ?? "").split(/\r?\n/u).map((line) => line.trim().split(/\s+/u)[0]));
  const lines = [POLICY_FILE, OVERRIDES_FILE]
    .filter((name) => !known.has(name))
    .map((name) => `${name} text eol=lf -linguist-generated`);
  if (lines.length === 0) return { file: ".gitattributes", outcome: "kept", why: "it names both files" };
  const gap = before === undefined || before === "" || before.endsWith("\n") ? "" : "\n";
  writeFileAtomically(file, `${before ?? ""}${gap}${lines.join("\n")}\n`);
  return {
    file: ".gitattributes",
    outcome: before === undefined ? "written" : "extended",
    why: "the policy is shown in reviews, and has the same line ends everywhere",
  };
}

function workflowText(install: string, folder: string): string {
  return `name: moat
on:
  pull_request:
permissions:
  contents: read
jobs:
  moat:
    runs-on: ubuntu-latest${folder === "" ? "" : `\n    defaults:\n      run:\n        working-directory: ${JSON.stringify(folder)}`}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      # Without --ignore-scripts where native addons are built when they are installed.
      - run: ${install}
      - name: What packages gained
        env:
          BASE: \${{ github.event.pull_request.base.sha }}
        run: npx --no-install moat diff --base "$BASE" --format markdown >> "$GITHUB_STEP_SUMMARY" || [ $? -eq 1 ]
      - run: npx --no-install moat policy --check
`;
}
