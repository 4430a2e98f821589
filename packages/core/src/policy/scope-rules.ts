/**
 * What a broad scope leaves out. A rule is asked for every segment of the part
 * of a path that lies below the scope's own root, so a policy that names
 * `./.vscode` or `./.env` gets exactly that. Names are compared folded
 * (`foldName`), on every file system: leaving out too much is the safe side.
 */

/** Caches and build outputs that tools keep in dot-folders and never take orders from. */
const HARMLESS_DOT_NAMES: ReadonlySet<string> = new Set([
  ".angular",
  ".astro",
  ".cache",
  ".docusaurus",
  ".eslintcache",
  ".jest-cache",
  ".last-run.json",
  ".next",
  ".nuxt",
  ".nx-cache",
  ".nyc_output",
  ".output",
  ".parcel-cache",
  ".prettiercache",
  ".previewinfo",
  ".react-router",
  ".rollup.cache",
  ".rpt2_cache",
  ".rscinfo",
  ".rts2_cache",
  ".sass-cache",
  ".server",
  ".stencil",
  ".stylelintcache",
  ".svelte-kit",
  ".swc",
  ".temp",
  ".tmp",
  ".tsbuildinfo",
  ".turbo",
  ".unrun",
  ".vite",
  ".vite-temp",
  ".vitest",
  ".webpack",
  ".wireit",
  ".coverage",
]);

/** What is written first and then moved into its place: `.tmp-1795281050497-oukf`, `.data.json.tmp`, `.~data.json`. */
const TEMPORARY_DOT_NAME = /^\.(?:~.|(?:tmp|temp)[-_.]|.+\.(?:tmp|temp)$)/;
/** With a digest in it, as of what a log's rotation has done: no tool looks for its orders under such a name. */
const DIGEST_DOT_NAME = /^\.(?:[\w.-]+[.-])?[0-9a-f]{32,}(?:-[a-z]+)?(?:\.json)?$/;
/** `.cache_8vqmlo`: ESLint's, for one working folder, in the folder that it is told to keep caches in. */
const CACHE_DOT_NAME = /^\.cache_[0-9a-z]{1,8}$/;
/** `.babel.7.29.13.development.json`: what `@babel/register` has compiled. */
const COMPILED_DOT_NAME = /^\.babel\.(?:\d+\.)+(?:[\w-]+\.)?json$/;
/** `.playwright-artifacts-0`: what one of Playwright's workers records, in the folder for results. */
const ARTIFACTS_DOT_NAME = /^\.playwright-artifacts-\d+$/;
/** `vite.config.js.timestamp-1795332528715-0a1b.mjs`, `config.js.a61ff746.mjs`: made to be imported once, as the code of who has made it. */
const MADE_MODULE = /\.(?:timestamp-\d+-[0-9a-f]+\.[cm]?js|[cm]?[jt]s\.[0-9a-f]{8}\.mjs)$/;

/** What tools put into folders beside their configuration. */
const OUTPUTS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [".vitepress", new Set([".temp", "cache", "dist"])],
  [".vuepress", new Set([".cache", ".temp", "dist"])],
]);

/**
 * What is built to be run elsewhere, with copies of the packages that it needs: `.output/server/node_modules`. Who
 * writes these writes the programs beside them, too, and their manifest: it is a project of its own. In `.next`,
 * which runs in this project, packages would be taken for the project's.
 */
const DEPLOYED: ReadonlySet<string> = new Set([".output"]);

/** The folders directly inside `node_modules` that tools keep caches in. */
export const MODULE_CACHES: ReadonlySet<string> = new Set([
  ".cache",
  ".vite",
  ".vite-temp",
  ".vitest",
  ".astro",
  ".prisma-cache",
  ".tmp",
  ".temp",
  ".swc",
  ".parcel-cache",
  ".unrun",
]);

const MOAT_FILES: ReadonlySet<string> = new Set(["moat.policy.json", "moat.overrides.json"]);

/** Manifests, lockfiles and build files: somebody runs what they say. */
const ORDER_FILES: ReadonlySet<string> = new Set([
  "package.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "bun.lock",
  "bun.lockb",
  "deno.json",
  "deno.jsonc",
  "deno.lock",
  "lerna.json",
  "nx.json",
  "turbo.json",
  "rush.json",
  "makefile",
  "gnumakefile",
  "justfile",
  "taskfile.yml",
  "dockerfile",
  "containerfile",
  "procfile",
  "jenkinsfile",
  "vagrantfile",
  "rakefile",
  "gemfile",
  "docker-compose.yml",
  "docker-compose.yaml",
  "compose.yml",
  "compose.yaml",
  "binding.gyp",
  "cmakelists.txt",
  "gulpfile.js",
  "gruntfile.js",
  "tsconfig.json",
  "jsconfig.json",
  "vercel.json",
  "netlify.toml",
  "wrangler.json",
  "wrangler.jsonc",
  "wrangler.toml",
  "serverless.js",
  "serverless.json",
  "serverless.ts",
  "serverless.yaml",
  "serverless.yml",
  "bitbucket-pipelines.yml",
  "azure-pipelines.yml",
  "cloudbuild.yaml",
  "appveyor.yml",
  "codecov.yml",
  "renovate.json",
  "codeowners",
  "angular.json",
  "action.yaml",
  "action.yml",
  "amplify.yml",
  "buildspec.yml",
  "bunfig.toml",
  "cdk.json",
  "circle.yml",
  "codegen.ts",
  "codegen.yaml",
  "codegen.yml",
  "config-overrides.js",
  "cypress.json",
  "dagger.json",
  "devspace.yaml",
  "earthfile",
  "electron-builder.json",
  "electron-builder.json5",
  "electron-builder.yml",
  "firebase.json",
  "fly.toml",
  "foundry.toml",
  "jakefile",
  "knexfile.js",
  "knexfile.ts",
  "lefthook.yml",
  "lefthook.yaml",
  "mise.toml",
  "mocha.opts",
  "nest-cli.json",
  "nodemon.json",
  "ormconfig.json",
  "pulumi.yaml",
  "railway.json",
  "render.yaml",
  "skaffold.yaml",
  "tiltfile",
  "truffle-config.js",
  "tslint.json",
  "web.config",
  "ecosystem.json",
  "pm2.json",
  "crontab",
  "brewfile",
  "ansible.cfg",
  "chart.yaml",
  "cmakepresets.json",
  "cmakeuserpresets.json",
  "devbox.json",
  "helmfile.yaml",
  "jasmine.json",
  "kustomization.yaml",
  "moon.yml",
  "nightwatch.json",
  // Another form of the manifest, for pnpm.
  "package.json5",
  "package.yaml",
  // Commands of Nx.
  "project.json",
  "samconfig.toml",
  "terragrunt.hcl",
  // What assistants that write code are told to do, and run.
  "agents.md",
  "agents.override.md",
  "claude.md",
  "claude.local.md",
  "gemini.md",
  "opencode.json",
  "opencode.jsonc",
  // Other languages' builds and tests in the same repository.
  "build.gradle",
  "build.gradle.kts",
  "settings.gradle",
  "settings.gradle.kts",
  "gradle.properties",
  "pom.xml",
  "build.xml",
  "build.sbt",
  "podfile",
  "package.swift",
  "cargo.toml",
  "build.rs",
  "go.mod",
  "go.work",
  "composer.json",
  "mix.exs",
  "meson.build",
  "sconstruct",
  "module.bazel",
  "build.bazel",
  "flake.nix",
  "default.nix",
  "shell.nix",
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "tox.ini",
  "noxfile.py",
  "conftest.py",
  "pytest.ini",
  "sitecustomize.py",
  "usercustomize.py",
  "manage.py",
  "conanfile.py",
  "conanfile.txt",
  "workspace.bazel",
  "build.zig",
  "build.zig.zon",
  "project.clj",
  "deps.edn",
  "rebar.config",
  "stack.yaml",
  "pubspec.yaml",
  // Where their packages come from.
  "cargo.lock",
  "composer.lock",
  "gemfile.lock",
  "mix.lock",
  "pdm.lock",
  "pipfile.lock",
  "podfile.lock",
  "poetry.lock",
  "uv.lock",
]);
/** `vite.config.ts`, `jest.config.json`, `webpack.prod.js`, `karma.conf.js`, `gulpfile.mjs`, `Dockerfile.dev`, `compose.override.yaml`, `tsconfig.build.json`, `common.gypi`, `main.tf`. */
const ORDER_PATTERNS: readonly RegExp[] = [
  /^(?:babel|esbuild|jest|karma|postcss|rollup|rspack|vite|vitest|webpack)\..*\.[cm]?[jt]sx?$/,
  /\.conf(?:ig)?\.(?:[cm]?[jt]sx?|json|ya?ml|toml)$/,
  // Tools load the first module of that name.
  /^(?:cucumber|dangerfile|gatsby-(?:browser|config|node|ssr)|knexfile|ormconfig|plopfile|simple-git-hooks)\.(?:[cm]?[jt]sx?|json|ya?ml)$/,
  /^(?:gulp|grunt|cake)file\./,
  /^(?:docker|container|make)file\./,
  /^(?:caddy|cap|danger|fast|guard|pip|snake)file$|^procfile\.(?![cm]?[jt]s$)|^taskfile\.(?:dist\.)?ya?ml$/,
  /^(?:docker-)?(?:compose|bake)\..*(?:ya?ml|json|hcl)$|^lefthook(?:-local)?\./,
  /^tsconfig\..*\.json$|\.workspace\.[cm]?[jt]s$|^requirements.*\.txt$/,
  /\.(?:bzl|code-workspace|gypi?|nix|nomad|tf(?:\.json|vars(?:\.json)?)?)$/,
];

/** Beside the manifest, or in its `src`: what Next runs before each request, and at the start. */
const MODULE_OF_FRAMEWORK = /^(?:middleware|instrumentation(?:-client)?|proxy)\.[cm]?[jt]sx?$/;

/** `config/production.yaml` at the root: where programs connect to, and what they switch off. */
const CONFIGURATION = /\.(?:[cm]?[jt]s|json[5c]?|hjson|cson|ya?ml|toml|ini|properties|xml)$/;

const SECRET_NAMES: ReadonlySet<string> = new Set([
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  ".pypirc",
  ".netrc",
  "_netrc",
  ".git-credentials",
  ".pgpass",
  ".htpasswd",
  ".dockercfg",
  ".dockerconfigjson",
  ".ssh",
  ".aws",
  ".gnupg",
  ".kube",
  ".docker",
  ".azure",
  ".gcloud",
  ".vault-token",
  ".s3cfg",
  ".sentryclirc",
  ".my.cnf",
  ".terraformrc",
  ".databrickscfg",
  ".clasprc.json",
  "id_rsa",
  "id_dsa",
  "id_ecdsa",
  "id_ecdsa_sk",
  "id_ed25519",
  "id_ed25519_sk",
]);
/** `.env.local`, `.env-prod`, `.dev.vars`, `server.key`, `terraform.tfstate`; `.env-1.tmp` is what a tool writes beside one. */
const SECRET_PATTERN =
  /^(?:\.env(?:\..*|[-_](?!.*\.(?:tmp|temp)$).*|rc)?|\.dev\.vars(?:\..*)?|.*\.(?:pem|key|p8|pk8|p12|pkcs12|pfx|jks|keystore|ppk|kdbx|ovpn|tfstate|tfvars)(?:\.backup)?)$/;
/** What is committed to show how the real one looks. */
const NO_SECRET_PATTERN = /^\.env[-._](?:example|sample|template|defaults?|dist|schema)$/;

/** Characters that some file systems leave out when they compare names, and what Windows drops or reads as a stream. */
const DECEPTIVE = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;
const DECEPTIVE_ON_WINDOWS = /[:]|[. ]$|~\d/;

/** A name as the most forgetful file system would compare it. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase();
}

/** Whether something later takes orders from what lies at these segments, in any scope that does not name it. */
function hasReservedName(segments: readonly string[], windows: boolean): boolean {
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (DECEPTIVE.test(segment) || (windows && DECEPTIVE_ON_WINDOWS.test(segment))) return true;
    const name = foldName(segment);
    if (MOAT_FILES.has(name)) return true;
    if (name === "node_modules") {
      const next = i + 1 < segments.length ? foldName(segments[i + 1]!) : "";
      if (!MODULE_CACHES.has(next) && !segments.slice(0, i).some((outer) => DEPLOYED.has(foldName(outer)))) return true;
    } else if (
      name.startsWith(".") &&
      !isHarmlessDotName(name) &&
      !isModuleCache(segments, i) &&
      !isOutput(segments, i)
    )
      return true;
  }
  return false;
}

function isHarmlessDotName(name: string): boolean {
  return (
    HARMLESS_DOT_NAMES.has(name) ||
    (TEMPORARY_DOT_NAME.test(name) && !SECRET_PATTERN.test(name)) ||
    CACHE_DOT_NAME.test(name) ||
    COMPILED_DOT_NAME.test(name) ||
    ARTIFACTS_DOT_NAME.test(name) ||
    DIGEST_DOT_NAME.test(name)
  );
}

/** Of a dot-folder: its outputs, and modules that are made beside its configuration. */
function isOutput(segments: readonly string[], i: number): boolean {
  const outputs = OUTPUTS_OF.get(foldName(segments[i]!));
  const next = segments[i + 1];
  return (
    outputs !== undefined &&
    next !== undefined &&
    (outputs.has(foldName(next)) || (segments.length === i + 2 && MADE_MODULE.test(foldName(next))))
  );
}

function isModuleCache(segments: readonly string[], i: number): boolean {
  return i > 0 && foldName(segments[i - 1]!) === "node_modules" && MODULE_CACHES.has(foldName(segments[i]!));
}

/** Why a write below a scope's root is not covered by that scope; `broad` scopes (`.`) leave out build files as well. */
export function isReservedForWrite(segments: readonly string[], broad: boolean, windows: boolean): boolean {
  if (segments.length === 0) return false;
  if (hasReservedName(segments, windows)) return true;
  if (!broad) return false;
  if (foldName(segments[0]!) === "config" && CONFIGURATION.test(foldName(segments.at(-1)!))) return true;
  const [module, ...more] = foldName(segments[0]!) === "src" ? segments.slice(1) : segments;
  if (module !== undefined && more.length === 0 && MODULE_OF_FRAMEWORK.test(foldName(module))) return true;
  const cache = segments.findIndex(
    (segment, i) => HARMLESS_DOT_NAMES.has(foldName(segment)) || isModuleCache(segments, i),
  );
  // In caches and outputs manifests say what is there (`.next/package.json`, `node_modules/.vite/deps/package.json`).
  return segments.slice(0, cache === -1 ? undefined : cache).some((segment) => {
    const name = foldName(segment);
    return ORDER_FILES.has(name) || (ORDER_PATTERNS.some((one) => one.test(name)) && !MADE_MODULE.test(name));
  });
}

/** Whether a read below a scope's root meets a file that holds secrets. */
export function isSecret(segments: readonly string[], windows: boolean): boolean {
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (DECEPTIVE.test(segment) || (windows && DECEPTIVE_ON_WINDOWS.test(segment))) return true;
    const name = foldName(segment);
    if (SECRET_NAMES.has(name)) return true;
    if (SECRET_PATTERN.test(name) && !NO_SECRET_PATTERN.test(name)) return true;
    // CI systems keep a token for the remote in it.
    if (name === "config" && i > 0 && foldName(segments[i - 1]!) === ".git") return true;
  }
  return false;
}
