/** What a command of the README comes to: its exit code, and something that it prints. */
export interface Expected {
  readonly exit: 0 | 1;
  readonly prints?: RegExp;
  /** What happens to the project before it. */
  readonly before?: "update" | "accept";
}

/** By command as the README has it, in its order; run one after the other in one project. */
export const RUN: Readonly<Record<string, Expected>> = {
  "npx moat policy --write index.js": { exit: 0, prints: /moat\.policy\.json is written for \.\/index\.js/ },
  "npx moat run index.js": { exit: 0, prints: /^hello\n/ },
  "npx moat policy --write bin:eslint": { exit: 0, prints: /bin:eslint/ },
  "npx moat exec eslint .": { exit: 0, prints: /^linted\n/ },
  "npx moat policy --write -r dotenv/config index.js": { exit: 0, prints: /require:dotenv\/config/ },
  "npx moat run -r dotenv/config index.js": { exit: 0, prints: /^configured\nhello\n/ },
  "npx moat init": { exit: 0, prints: /\.gitattributes/ },
  "npx moat policy --write": { exit: 0, before: "update", prints: /wants to/ },
  "npx moat diff": { exit: 1, prints: /express>debug wants to\n/ },
  "npx moat policy --check": { exit: 1, prints: /moat policy --accept/ },
  "npx moat policy --accept 'express>debug'": { exit: 0, prints: /express>debug/ },
  "npx moat explain debug": { exit: 0, prints: /express>debug/ },
  "npx moat report": { exit: 0 },
  "npx moat run --audit index.js": { exit: 0, prints: /hello/ },
  "npx moat learn --write": { exit: 0 },
};

/** By command, why it is not run here, and what runs it. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "npm ci": "it would replace the packages that the tests run from; every job of continuous integration begins with it",
  "npm test": "it is this run",
  "npm run example": "express-service.test.ts runs its script",
  "npm run incidents": "incidents.test.ts runs what its script runs",
  "npm i -D @moat/cli": "it asks a registry; test/packaging/pack.test.ts installs the packed archives",
  "npx moat policy --accept": "it asks at a terminal; test/cli/accept.test.ts answers",
  "npx moat run --belt index.js": "not every supported Node can; test/cli/belt.test.ts runs it where it can",
  'node attacks/run.mjs --tool moat --moat "node $PWD/packages/cli/bin/moat.js"':
    "the corpora are programs of their own",
  'node attacks/run.mjs --tool moat --moat "node $PWD/packages/cli/bin/moat.js" --regenerate':
    "the corpora are programs of their own",
  'node compat/run.mjs  --tool moat --moat "node $PWD/packages/cli/bin/moat.js"':
    "the corpora are programs of their own",
};
