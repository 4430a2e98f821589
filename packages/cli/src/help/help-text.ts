/** What `--help` prints, by command. Under snapshot test. */
const table = {
  run: `Usage: moat run [flags] <entry> [arguments…]

Runs a program under the policy of its project.
Its exit code, input, output and signals are the program's own.
Flags of moat stand before the entry; everything after it belongs to the program.

  --audit          lets everything through and says at the end what would have been denied
  --learn          the same, and says which narrower grants are enough for what was used
  --enforce        with --learn: the policy stays in force
  --write          with --learn: writes them to moat.overrides.json at the end
  --log FILE       writes denials to FILE as JSON lines
  --belt           starts node under its own permission flags as well (needs "root": "confined")
  -r, --require M  loads the module M before the program, under the policy, as node -r does
  --import M       the same, as node --import does
  --env-file FILE  reads variables from FILE; --env-file-if-exists where it may be missing
  --help           shows this

Example: moat run index.js --port 8080
`,
  exec: `Usage: moat exec [flags] <command> [arguments…]

Runs the command of an installed package under the policy of the project.
Everything after the command belongs to it.

  --audit          lets everything through and says at the end what would have been denied
  --learn          the same, and says which narrower grants are enough for what was used
  --enforce        with --learn: the policy stays in force
  --write          with --learn: writes them to moat.overrides.json at the end
  --log FILE       writes denials to FILE as JSON lines
  --belt           starts node under its own permission flags as well (needs "root": "confined")
  -r, --require M  loads the module M before the command, under the policy, as node -r does
  --import M       the same, as node --import does
  --env-file FILE  reads variables from FILE; --env-file-if-exists where it may be missing
  --help           shows this

Example: moat exec eslint .
`,
  prepare: `Usage: moat prepare [entry…] [flags]

Prepares programs ahead of time, as a step of building an image: every module that the analysis of
packages finds is read, rewritten and compiled, so that the first run is as fast as later ones.
Nothing of the program runs. Without entries: those that moat.policy.json lists.

What is prepared lies in moat's own folder in node_modules, for every user that runs this moat from
there, by the same Node with the same flags; files that have changed are prepared when they are loaded.

  --files -    prepares the modules that standard input lists, one path a line, for the one entry
  --json       prints JSON
  --help       shows this

Example: moat prepare index.js
`,
  init: `Usage: moat init [flags]

Sets a project up: finds its programs in package.json (main, bin, what scripts start), writes the first
moat.policy.json, a workflow for GitHub and lines of .gitattributes, and says what it did.
Files that are there stay as they are; only .gitattributes gets lines at its end.

  --ci NAME    github or none (github)
  --help       shows this

Example: moat init
`,
  policy: `Usage: moat policy [entry…] [flags]

Shows the policy that the installed packages need, and how it differs from moat.policy.json.
An entry is a file (index.js) or an installed command (bin:eslint), and what is loaded before these
(-r dotenv/config, which the policy lists as require:dotenv/config).
Without entries: those that moat.policy.json lists.

  --write                writes moat.policy.json; what packages gained waits for acceptance
  --check                exits 1 where moat.policy.json is not up to date, or something waits for acceptance
  --accept [package…]    grants what waits for acceptance, of all packages or of those named;
                         at a terminal and without names it asks, package by package
  --deny <package…>      denies what waits, in moat.overrides.json
  --narrow <package> <grant…>
                         grants what is named in place of what waits, in moat.overrides.json:
                         net.connect=api.example.com:443, env=TOKEN, fs.read=./data, builtin=fs.readFile
  --reason TEXT          with the three: keeps the reason in moat.overrides.json
  --yes                  with --accept: does not ask
  -r, --require MODULE   with --write: names what is loaded before the entries, as moat run takes it; --import too
  --verbose              lists everything, not only what matters most
  --json                 prints JSON
  --help                 shows this

Example: moat policy --write index.js
`,
  diff: `Usage: moat diff [--base REF] [flags]
       moat diff <file> <file> [flags]

Says what each package gained and lost, the worst first, with versions from the lockfile.
Compares with the policy that was committed, or one policy file with another.
What waits for acceptance counts as gained. Exits 1 where something was gained.

  --base REF     the commit, branch or tag to compare with (HEAD)
  --format F     text, markdown (for a pull request), json or sarif (for code scanning)
  --json         the same as --format json
  --help         shows this

Example: moat diff --base origin/main --format markdown
`,
  learn: `Usage: moat learn [flags]

Shows what learning runs (moat run --learn) have seen together, and the narrower grants that are enough for it.
Grants only ever become narrower; what people wrote in moat.overrides.json stays.

  --write    writes the narrower grants to moat.overrides.json
  --forget   forgets what the runs have seen
  --json     prints JSON
  --help     shows this

Example: moat learn --write
`,
  allow: `Usage: moat allow <package> <capability> [target] [flags]

Grants one thing to one package, in moat.overrides.json.
The capability is one of fs.read, fs.write, net.connect, net.listen, env, command, worker, native, builtin, global, package, share, change.
A builtin is named whole (fs) or with a member (fs.readFile).

  --reason TEXT   says why, for whoever reads the file
  --help          shows this

Example: moat allow express fs.read ./views --reason "templates"
`,
  explain: `Usage: moat explain <package> [capability] [flags]

Shows every grant of a package, where its code asks for it, how the package came into the tree, and who else can do the same.
A package is named as in moat.policy.json (express>debug), or by its own name (debug).
A capability is one of net.connect, fs.read, command, … or a field of the policy: net, env, builtins.

  --json    prints JSON
  --help    shows this

Example: moat explain debug env
`,
  report: `Usage: moat report [flags]

Writes one HTML file for a browser: each package and what it may do, the riskiest first, with the code that asks for it,
what changed since a commit, and where secrets could leave. It can be searched, and filtered by what packages can do.
The file needs no network. It is written whole or not at all.

  --out FILE    the file to write (moat-report.html, in the folder of the project)
  --base REF    the commit to compare with (HEAD)
  --help        shows this

Example: moat report --base origin/main
`,
  help: `Usage: moat help [command]

Explains moat, or one of its commands.
`,
} as const;

export type HelpTopic = keyof typeof table;

export const HELP_TOPICS = Object.keys(table) as HelpTopic[];

const overview = `Usage: moat <command>

A dependency can do only what the committed policy says, whatever its code becomes.

  moat init                      finds the programs of a project, and does the next line for them
  moat policy --write <entry>    writes moat.policy.json for a program; commit it
  moat run <entry>               runs the program under the policy
  moat exec <command>            the same for the command of an installed package
  moat prepare                   prepares programs ahead of time, for an image
  moat policy --check            exits 1 where the policy is not up to date
  moat policy --accept           grants what packages gained since
  moat learn                     narrows the policy to what runs have used
  moat allow                     grants one thing to one package
  moat diff                      says what packages gained since the last commit
  moat explain <package>         says what a package may do, and why
  moat report                    writes all of it as one HTML file, for a browser
  moat help <command>            explains a command

  --version    prints the version
  --help       shows this, or after a command explains it

Exit codes: 0 clean, 1 findings, 2 moat could not do it. A program that runs has its own.
`;

export function isHelpTopic(name: string): name is HelpTopic {
  return Object.hasOwn(table, name);
}

/** The help of a command, or the overview. */
export function helpText(topic?: HelpTopic): string {
  return topic === undefined ? overview : table[topic];
}
