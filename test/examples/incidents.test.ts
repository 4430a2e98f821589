/** The replays of real incidents come to what is committed beside them. */
import { createCipheriv, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../../examples/incidents/", import.meta.url);
const load = (file: string) => import(new URL(file, folder).href);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const { INCIDENTS } = await load("incidents.mjs");
const { replayIncident } = await load("replay-incident.mjs");
const { problemsOf } = await load("problems-of.mjs");

describe.each(INCIDENTS as readonly { readonly name: string }[])("$name", (incident) => {
  test("succeeds under node, gets nothing under moat, and its comment is the committed one", async () => {
    const result = await replayIncident(incident);
    expect(result.review.stdout).toBe(read(`${incident.name}/comment.md`));
    expect(problemsOf(incident, result, read(`${incident.name}/comment.md`))).toEqual([]);
  });
});

test("what flatmap-stream runs is the text that lies beside it", () => {
  const { description } = JSON.parse(read("event-stream/before/package.json"));
  const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(description).digest(), Buffer.alloc(16));
  const encrypted = cipher.update(read("event-stream/payload.js"), "utf8", "hex") + cipher.final("hex");
  expect(read("event-stream/after/_node_modules/flatmap-stream/test/data.js")).toContain(`"${encrypted}"`);
});
