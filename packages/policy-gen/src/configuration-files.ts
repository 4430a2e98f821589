import { join } from "node:path";
import type { FileReader } from "@moat/core/model";

/** A text of the project that tells a tool what to load. */
export interface Configuration {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  /** Whether the tool runs it, or reads it. */
  readonly isCode: boolean;
}

/** Configurations of tools that are named otherwise than the tool; any tool's. */
const ELSEWHERE = [
  "spec/support/jasmine.json",
  "spec/support/jasmine.js",
  "spec/support/jasmine.mjs",
  ".changeset/config.json",
  "build.config.ts",
  "build.config.mjs",
  "build.config.js",
];
/** The same, of one tool's, by one of the names that its configuration goes by. */
const ELSEWHERE_OF: readonly (readonly [name: string, paths: readonly string[]])[] = [
  ["graphql-codegen", ["codegen.yml", "codegen.yaml", "codegen.json", "codegen.ts", "codegen.js"]],
];
/** They tell no tool what to load, and hold secrets. */
const SECRETS = /^\.(?:env|npmrc|yarnrc)/;
const OWN_CONFIGURATION = /^(?:config|main)\.(?:json|[cm]?[jt]s)$/;
const CODE = /\.[cm]?[jt]s$/;

/**
 * The names that a package's configuration goes by: `@babel/core` is told by
 * `.babelrc`, `webpack-cli` by `webpack.config.js`, `lint-staged` by `.lintstagedrc`.
 */
export function configurationNames(packageName: string): readonly string[] {
  const [, scope, base = packageName] = /^(?:@([^/]+)\/)?(.+)$/.exec(packageName) ?? [];
  return [
    ...(scope === undefined ? [] : [scope]),
    base,
    base.replace(/-cli\d*$/, ""),
    base.replaceAll("-", ""),
    base.split("-")[0]!,
  ];
}

/**
 * The project's configuration files for packages of the given names, in its
 * folder and in `.config`: `.eslintrc.json`, `vite.config.ts`, `typedoc.json`,
 * a field of `package.json`.
 */
export function configurationFiles(project: string, names: ReadonlySet<string>, disk: FileReader): Configuration[] {
  const found: Configuration[] = [];
  const add = (path: string): void => {
    const text = disk.stat(path) === "file" ? disk.readText(path) : undefined;
    if (text !== undefined && text.length < 1_000_000) found.push({ path, text, isCode: CODE.test(path) });
  };
  for (const folder of [project, join(project, ".config")]) {
    for (const file of disk.list(folder)) if (!SECRETS.test(file) && isFor(file, names)) add(join(folder, file));
  }
  for (const path of ELSEWHERE) add(join(project, path));
  for (const [name, paths] of ELSEWHERE_OF) if (names.has(name)) for (const path of paths) add(join(project, path));
  // `docs/.vitepress/config.mts`, `.storybook/main.ts`: in a folder that is called after the tool, in the project or one of its folders.
  const isFolder = (name: string): boolean =>
    !name.includes(".") && name !== "node_modules" && disk.stat(join(project, name)) === "dir";
  for (const folder of [
    project,
    ...disk
      .list(project)
      .filter(isFolder)
      .map((name) => join(project, name)),
  ]) {
    for (const name of names) {
      const own = join(folder, `.${name}`);
      if (disk.stat(own) === "dir")
        for (const file of disk.list(own)) if (OWN_CONFIGURATION.test(file)) add(join(own, file));
    }
  }
  const path = join(project, "package.json");
  for (const [, text] of configuringFields(disk.readText(path), names)) found.push({ path, text, isCode: false });
  return found;
}

/** The fields of a manifest that are configurations for packages of the given names, each as JSON. */
export function configuringFields(manifest: string | undefined, names: ReadonlySet<string>): [string, string][] {
  return Object.entries(fieldsOf(manifest)).flatMap(([field, value]): [string, string][] =>
    typeof value === "object" && value !== null && names.has(field.replace(/Config$/, ""))
      ? [[field, JSON.stringify(value)]]
      : [],
  );
}

/** The fields of a manifest; none of one that can't be read. */
export function fieldsOf(text: string | undefined): object {
  try {
    return Object(JSON.parse(text ?? ""));
  } catch {
    // No manifest is a matter of the resolver's.
    return {};
  }
}

function isFor(file: string, names: ReadonlySet<string>): boolean {
  // Of the manifest a field is somebody's configuration; as a whole it names all that is installed, and is none of `package-hash`'s.
  if (file === "package.json") return false;
  const match =
    /^\.([\w-]+?)(?:rc)?(?:\.(?:jsonc?|json5|ya?ml|toml|[cm]?[jt]s))?$/.exec(file) ??
    /^([\w-]+)\.(?:config|conf)\..*$/.exec(file) ??
    /^([\w-]+)file(?:\.[cm]?[jt]s)?$/i.exec(file) ??
    /^([\w-]+)\.jsonc?$/.exec(file);
  return match !== null && names.has(match[1]!.toLowerCase());
}
