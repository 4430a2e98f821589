// The report of the example's service after an update. It needs a Chromium, git, and a registry for `npm ci`.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findChromium, openPage } from "../../test/browser/chromium.mjs";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../examples/express-service", import.meta.url));
const IMAGES = fileURLToPath(new URL("../../docs/images", import.meta.url));
const MOST_BYTES = 200_000;

export async function makeScreenshots() {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("there is no Chromium on the path, and MOAT_CHROMIUM names none");
  const stage = realpathSync(mkdtempSync(join(tmpdir(), "moat-screenshots-")));
  try {
    mkdirSync(IMAGES, { recursive: true });
    return [await reportOfTheExample(chromium, stage)];
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The example's service, committed, and then the update in which its `debug` turns. */
async function reportOfTheExample(chromium, stage) {
  const project = join(stage, "service");
  for (const name of ["package.json", "package-lock.json", "index.js", "public"])
    cpSync(join(EXAMPLE, name), join(project, name), { recursive: true });
  const run = (program, ...argv) => {
    const { status, stderr, error } = spawnSync(program, argv, { cwd: project, encoding: "utf8" });
    if (error !== undefined || status !== 0)
      throw error ?? new Error(`${program} ${argv.join(" ")} failed:\n${stderr}`);
  };
  const moat = (...argv) => run(process.execPath, MOAT, ...argv);
  run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
  moat("policy", "--write", "index.js");
  writeFileSync(join(project, ".gitignore"), "node_modules\n");
  run("git", "-c", "init.defaultBranch=main", "init", "-q");
  run("git", "add", ".");
  run("git", "-c", "user.name=example", "-c", "user.email=example@example.com", "commit", "-q", "-m", "base");
  const payload = readFileSync(join(EXAMPLE, "compromised", "payload.js"), "utf8").replaceAll(
    "THE_THIEFS_PORT",
    "32997",
  );
  appendFileSync(join(project, "node_modules/debug/src/index.js"), payload);
  moat("policy", "--write");
  moat("report");

  // High enough for all of the picture: what is not in sight is not painted.
  const page = await openPage(chromium, { width: 1140, height: 1800 });
  try {
    await page.goto(pathToFileURL(join(project, "moat-report.html")).href);
    // Down to the end of a line of the list, whatever stands above it.
    const height = await page.evaluate(
      `Math.round(document.querySelector("#p6").getBoundingClientRect().bottom + scrollY)`,
    );
    return save("report.png", await page.screenshot({ height, scale: 0.85 }));
  } finally {
    await page.close();
  }
}

function save(name, bytes) {
  if (bytes.length > MOST_BYTES) throw new Error(`${name} has ${bytes.length} bytes, and may have ${MOST_BYTES}`);
  writeFileSync(join(IMAGES, name), bytes);
  return `${name}: ${bytes.length} bytes`;
}
