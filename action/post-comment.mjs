// Writes the comment of `moat diff --format markdown`, or updates the one that is there.
// Usage: node post-comment.mjs FILE, with GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_NUMBER and GAINED.
import { readFileSync } from "node:fs";

/** Comments of others may hold the marker too, and are not moat's to change. */
const AUTHOR = process.env.COMMENT_AUTHOR || "github-actions[bot]";
const MOST_PAGES = 30;

const { GITHUB_API_URL = "https://api.github.com", GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_NUMBER, GAINED } = process.env;
if (!/^[\w.-]+\/[\w.-]+$/.test(GITHUB_REPOSITORY ?? "")) throw new Error("GITHUB_REPOSITORY is not owner/name");
if (!/^\d+$/.test(PULL_NUMBER ?? "")) throw new Error("PULL_NUMBER is not a number");

const body = readFileSync(process.argv[2], "utf8");
const [marker] = body.split("\n");
if (!/^<!-- moat-diff[^>]* -->$/.test(marker)) throw new Error("this is no output of moat diff --format markdown");

const comments = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/issues`;
try {
  const earlier = await findComment();
  if (earlier !== undefined) await ask("PATCH", `${comments}/comments/${earlier}`, { body });
  // Where nothing was gained there is nothing to say, unless something was said before.
  else if (GAINED !== "false") await ask("POST", `${comments}/${PULL_NUMBER}/comments`, { body });
} catch (error) {
  if (error.status !== 403 && error.status !== 404) throw error;
  // The token of a pull request from a fork may not write. The summary of the job has the same text.
  console.log(`::notice::moat may not comment on this pull request (${error.status}); see the job's summary`);
}

async function findComment() {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const found = await ask("GET", `${comments}/${PULL_NUMBER}/comments?per_page=100&page=${page}`);
    const own = found.find((comment) => comment.user?.login === AUTHOR && comment.body?.split(/\r?\n/)[0] === marker);
    if (own !== undefined) return Number(own.id);
    if (found.length < 100) return undefined;
  }
  return undefined;
}

async function ask(method, url, content) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${GITHUB_TOKEN}`,
      "content-type": "application/json",
      "x-github-api-version": "2022-11-28",
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  if (!response.ok) {
    throw Object.assign(new Error(`${method} ${url}: ${response.status}`), { status: response.status });
  }
  return response.json();
}
