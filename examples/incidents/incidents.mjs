// What is replayed: what each incident was, and by what one sees that its attack succeeded.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Made up: what a thief could find on the machine of the replay. */
export const SECRETS = { token: "npm_made-up-token", wallet: "made-up-wallet-key" };

/**
 * `runs`: when the real code ran, "install" or "import".
 * `imported`: for what ran at installation, the line that has it run at import, as the incidents of 2026 came to do.
 * `refused`: which import fails under the committed policy, and which under the one written anew; the program stops.
 * `own`: the requests that the application makes itself.
 * `loot`: what the attack got, in words; empty where it got nothing.
 */
export const INCIDENTS = [
  {
    name: "event-stream",
    title: "event-stream 3.3.6 and flatmap-stream 0.1.1, 2018",
    runs: "import",
    // The committed policy does not know the package. The next one does, and gives it what only computes.
    refused: { committed: "flatmap-stream" },
    own: [],
    loot: ({ requests }) =>
      requests.some(({ body }) => body.includes(SECRETS.wallet)) ? ["the key of the wallet"] : [],
  },
  {
    name: "eslint-scope",
    title: "eslint-scope 3.7.2, 2018",
    runs: "install",
    imported: { file: "eslint-scope/lib/index.js", line: 'try { require("./build.js"); } catch {}' },
    own: [],
    loot: ({ requests }) =>
      requests.some(({ headers }) => (headers.referer ?? "").includes(SECRETS.token)) ? ["the token in ~/.npmrc"] : [],
  },
  {
    name: "ua-parser-js",
    title: "ua-parser-js 0.7.29, 2021",
    runs: "install",
    imported: { file: "ua-parser-js/src/ua-parser.js", line: 'try { require("../preinstall.js"); } catch {}' },
    own: [],
    loot: ({ home }) => (existsSync(join(home, "jsextension")) ? ["a program of its own that runs"] : []),
  },
  {
    name: "node-ipc",
    title: "node-ipc 10.1.1, 2022",
    runs: "import",
    // Imported at the top of a file, without a look whether it is there: as in the real one.
    refused: { committed: "http", ratcheted: "http" },
    own: [],
    loot: ({ project }) =>
      readFileSync(join(project, "documents/thesis.txt"), "utf8") === "Three years of work.\n"
        ? []
        : ["a heart in the place of three years of work"],
  },
  {
    name: "chalk-and-debug",
    title: "chalk 5.6.1 and debug 4.4.2, 2025",
    runs: "import",
    own: ["/invoice"],
    loot: ({ stdout }) => (stdout.includes("the-address-of-the-thief") ? ["the customer's payment"] : []),
  },
  {
    name: "axios",
    title: "axios 1.14.1 and plain-crypto-js 4.2.1, 2026",
    runs: "install",
    imported: { file: "axios/index.js", line: 'try { require("plain-crypto-js/setup.js"); } catch {}' },
    own: ["/rates"],
    loot: ({ home }) => (existsSync(join(home, "rat-started")) ? ["a program from its server that runs"] : []),
  },
];
