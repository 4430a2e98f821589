import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOSTILE_DEPENDENCY, makeProject, SMALL_PROJECT, type Project } from "../cli/project-fixture.ts";
import { readYaml } from "./read-yaml.ts";

/** The steps of action.yml, run as a runner would, against a likeness of GitHub's API. */
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const MOAT = path.join(REPOSITORY, "packages/cli/bin/moat.js");
interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}
const action = readYaml(readFileSync(path.join(REPOSITORY, "action.yml"), "utf8")) as unknown as {
  inputs: Record<string, { description: string; default: string }>;
  runs: { using: string; steps: Step[] };
};
const [diffStep, commentStep, uploadStep, checkStep] = action.runs.steps as [Step, Step, Step, Step];

let project: Project;
let server: Server;
let base = "";
let port = 0;
let refuses = false;
const comments: { id: number; user: { login: string }; body: string }[] = [];
const asked: string[] = [];

beforeAll(async () => {
  project = makeProject({ ...SMALL_PROJECT, ".gitignore": "node_modules\nran\n" });
  project.moat("policy", "--write", "index.js");
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-q", "-m", "base"],
  ])
    project.git(...args);
  base = project.git("rev-parse", "HEAD").stdout.trim();
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    asked.push(`${request.method} ${request.url}`);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (refuses && request.method !== "GET") return answer(403, {});
    if (request.method === "GET") return answer(200, comments);
    const { body } = JSON.parse(text) as { body: string };
    if (request.method === "POST")
      comments.push({ id: comments.length + 100, user: { login: "github-actions[bot]" }, body });
    else comments.find(({ id }) => request.url?.endsWith(`/comments/${id}`))!.body = body;
    return answer(200, {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as { port: number }).port;
});
afterAll(() => {
  server.close();
  project.dispose();
});

const temp = () => path.join(path.dirname(project.folder), "runner");
const inTemp = (name: string) => readFileSync(path.join(temp(), name), "utf8");

/** What the expressions of the file mean in this run; an unknown one is an error. */
function evaluate(text: string, outputs: Readonly<Record<string, string>>): string {
  const known: Readonly<Record<string, string>> = {
    "inputs.working-directory": ".",
    "inputs.moat": `"${process.execPath}" ${MOAT}`.replaceAll('"', ""),
    "inputs.base": "",
    "inputs.token": "made-up-token",
    "github.event.pull_request.base.sha": base,
    "github.event.pull_request.number": "7",
    "github.event.before": "",
    "github.action_path": REPOSITORY,
    "steps.diff.outputs.gained": outputs["gained"] ?? "",
    "steps.diff.outputs.sarif": outputs["sarif"] ?? "",
  };
  return text.replace(/\$\{\{ ([^}]+) \}\}/gu, (_all, expression: string) => {
    if (known[expression] === undefined) throw new Error(`the test does not know ${expression}`);
    return known[expression];
  });
}

async function runStep(
  step: Step,
  outputs: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  mkdirSync(temp(), { recursive: true });
  for (const name of ["output", "summary"]) writeFileSync(path.join(temp(), name), "");
  const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, evaluate(value, outputs)]));
  // As the runner starts a shell.
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!], {
    cwd: project.folder,
    env: {
      PATH: process.env["PATH"],
      HOME: path.dirname(project.folder),
      RUNNER_TEMP: temp(),
      GITHUB_OUTPUT: path.join(temp(), "output"),
      GITHUB_STEP_SUMMARY: path.join(temp(), "summary"),
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: "o/r",
      ...env,
    },
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const [code] = (await once(child, "close")) as [number];
  return { code, output };
}

const outputsOf = () =>
  Object.fromEntries(
    inTemp("output")
      .trim()
      .split("\n")
      .map((line) => line.split("=") as [string, string]),
  );

test("no script has an expression in its text, and each step has a shell or is an action", () => {
  for (const step of action.runs.steps) {
    expect(step.run ?? "").not.toContain("${{");
    expect(step.run === undefined).toBe(step.uses !== undefined);
  }
  expect(action.runs.using).toBe("composite");
  expect(Object.keys(action.inputs)).toEqual([
    "working-directory",
    "base",
    "moat",
    "check",
    "comment",
    "sarif",
    "token",
  ]);
});

describe("a pull request, step by step", () => {
  test("nothing was gained: no comment, and the check passes", async () => {
    expect(await runStep(diffStep)).toEqual({ code: 0, output: "" });
    const outputs = outputsOf();
    expect(outputs["gained"]).toBe("false");
    expect(inTemp("summary")).toContain("Nothing changed since the base.");
    expect((await runStep(commentStep, outputs)).code).toBe(0);
    expect(comments).toEqual([]);
    expect((await runStep(checkStep)).code).toBe(0);
  });

  test("a package gained: a comment, findings, and the check fails", async () => {
    project.write({ "node_modules/dep/index.js": HOSTILE_DEPENDENCY });
    project.moat("policy", "--write");
    expect((await runStep(diffStep)).code).toBe(0);
    const outputs = outputsOf();
    expect(outputs["gained"]).toBe("true");
    // A comment of somebody else's with the marker is left alone.
    comments.push({ id: 1, user: { login: "mallory" }, body: "<!-- moat-diff -->\nall is well" });
    expect(await runStep(commentStep, outputs)).toEqual({ code: 0, output: "" });
    expect(comments.map(({ user }) => user.login)).toEqual(["mallory", "github-actions[bot]"]);
    expect(comments[1]!.body).toContain("1 package wants more than before");
    expect(comments[0]!.body).toBe("<!-- moat-diff -->\nall is well");
    const sarif = JSON.parse(readFileSync(evaluate(uploadStep.with!["sarif_file"]!, outputs), "utf8"));
    expect(sarif.runs[0].results[0].message.text).toBe("dep wants to run the program git (and by it any other)");
    const check = await runStep(checkStep);
    expect(check.code).toBe(1);
    expect(check.output).toContain("Run: moat policy --accept");
  });

  test("accepted: the same comment is updated", async () => {
    project.moat("policy", "--accept", "dep");
    await runStep(diffStep);
    await runStep(commentStep, outputsOf());
    expect(comments).toHaveLength(2);
    expect(comments[1]!.body).toContain("1 package can do more than before");
    expect((await runStep(checkStep)).code).toBe(0);
  });

  test("a token that may not write is told, and no failure", async () => {
    refuses = true;
    const { code, output } = await runStep(commentStep, { gained: "true" });
    expect(output).toContain("::notice::moat may not comment");
    expect(code).toBe(0);
  });

  test("what moat can't do fails the step", async () => {
    project.write({ "moat.policy.json": "{" });
    expect((await runStep(diffStep)).code).toBe(2);
    expect((await runStep(checkStep)).code).toBe(2);
  });
});

describe("the other examples", () => {
  const example = (name: string) => readFileSync(path.join(REPOSITORY, "examples/ci", name), "utf8");

  test("are YAML, and call commands that exist", () => {
    const gitlab = readYaml(example("gitlab-ci.yml").replaceAll(/^(\s+- if: ).*$/gmu, "$1x")) as {
      moat: { script: string[] };
    };
    expect(gitlab.moat.script.filter((line) => line.includes(" moat "))).toHaveLength(3);
    const github = readYaml(example("github-workflow.yml")) as {
      jobs: { moat: { steps: { with?: Record<string, string> }[] } };
    };
    expect(Object.keys(github.jobs.moat.steps.at(-1)!.with!)).toEqual(["sarif"]);
  });

  test.each(["pre-commit", "pre-push"])("%s is a script that a shell can read", async (name) => {
    const child = spawn("sh", ["-n", path.join(REPOSITORY, "examples/ci", name)]);
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
  });
});
