/**
 * How tools write the names of their plugins: what stands in a configuration, in
 * place of the package's whole name. A row is the part of the package's name that
 * is left out, after its scope if it has one.
 */
const LEFT_OUT: readonly (readonly [affix: string, why: string])[] = [
  ["eslint-plugin", `ESLint: "plugins": ["import", "@scope", "@scope/name"]`],
  ["eslint-config", `ESLint: "extends": ["airbnb-base"]`],
  ["eslint-import-resolver", `eslint-plugin-import: "import/resolver": {"typescript": {}}`],
  ["eslint-formatter", "ESLint: --format name"],
  ["babel-preset", `Babel: "presets": ["env"]`],
  ["babel-plugin", `Babel: "plugins": ["macros"]`],
  ["stylelint-config", `stylelint-config-standard names stylelint-config-recommended so`],
  ["commitlint-config", `commitlint: "extends": ["angular"]`],
  ["cssnano-preset", `cssnano: "preset": "default"`],
  ["jest-environment", `Jest: "testEnvironment": "jsdom"`],
  ["jest-watch", `Jest: "watchPlugins": ["typeahead"]`],
  ["rollup-plugin", "Rollup: --plugin name"],
  ["remark", `remark: "plugins": ["lint"]`],
  ["rehype", `rehype: "plugins": ["slug"]`],
  ["postcss", "PostCSS: names in a configuration of a framework"],
  ["karma", "Karma: frameworks, reporters and browsers by their short names"],
  ["gulp", "gulp-load-plugins"],
  ["release-it", "release-it plugins"],
  ["verdaccio", `Verdaccio: "auth": {"htpasswd": {}}`],
];

/** Scopes whose packages a tool's configuration names without them. */
const OWN_SCOPES: readonly (readonly [scope: string, why: string])[] = [
  ["graphql-codegen", `GraphQL Code Generator: "plugins": ["typescript-operations"], "preset": "client"`],
];

/** Packages that load what the project, or a package of the tool's, declares under such a name, configured or not. */
export const PLUGINS_BY_NAME: ReadonlyMap<string, RegExp> = new Map([
  // `--preset angular`, and what commands that write change logs ask for by themselves.
  ["conventional-changelog-preset-loader", /^(?:@[^/]+\/)?conventional-changelog-(?!core$|preset-loader$|writer$)/],
  // `mocha --reporter mochawesome`, `jest --reporters jest-junit`, `vitest --coverage`.
  ["mocha", /^(?:@[^/]+\/)?(?:mochawesome|allure-mocha|mocha-(?:.+-)?(?:reporters?|multi))$/],
  ["jest", /^(?:@[^/]+\/)?(?:jest-junit|allure-jest|jest-.*reporters?)$/],
  ["vitest", /^@vitest\/coverage-/],
  ["size-limit", /^@size-limit\/|^(?:@[^/]+\/)?size-limit-/],
]);

/** Tools that write into what a shared configuration exports, and the names of those. */
export const FILLED_IN: ReadonlyMap<string, RegExp> = new Map([
  // Its plugins' names become paths, and an option that stands alone a list, before it looks at what they say.
  ["stylelint", /^(?:@[^/]+\/)?stylelint-config(?:-|$)/],
]);

const AFFIXED = new RegExp(`^(?:(@[^/]+)/)?(?:${LEFT_OUT.map(([affix]) => affix).join("|")})(?:-(.+))?$`);
const IN_OWN_SCOPE = new RegExp(`^@(?:${OWN_SCOPES.map(([scope]) => scope).join("|")})/(.+?)(?:-preset)?$`);
/** `@babel/preset-env` is `@babel/env`, `@rollup/plugin-json` is `json`. */
const OFFICIAL = /^(@[^/]+)\/(?:preset|plugin|config)-(.+)$/;

/** Under which names a configuration may speak of a package. */
export function spellingsOf(name: string): readonly string[] {
  const spellings = [name];
  const [, scope, rest] = AFFIXED.exec(name) ?? [];
  if (scope !== undefined) spellings.push(rest === undefined ? scope : `${scope}/${rest}`);
  else if (rest !== undefined) spellings.push(rest);
  const [, owner, short] = OFFICIAL.exec(name) ?? [];
  if (owner !== undefined) spellings.push(`${owner}/${short}`, short!);
  const inOwnScope = IN_OWN_SCOPE.exec(name)?.[1];
  if (inOwnScope !== undefined) spellings.push(inOwnScope);
  return spellings;
}
