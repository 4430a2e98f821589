import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

const HOSTILE = { packages: ["hostile>db"], globals: ["console", "setTimeout"] };
const DB = { globals: ["process"], env: ["SECRET"] };
const policy = (packages: object) =>
  JSON.stringify({ version: 1, root: "trusted", entries: ["./index.js"], packages: { hostile: HOSTILE, ...packages } });
const techniques = {
  "the application's copy": `return require("db").secret()`,
  "by way of the application's copy": `return require("db").deep()`,
};
const files = {
  "node_modules/db/package.json": `{"name":"db","version":"2.0.0"}`,
  "node_modules/db/index.js": `exports.secret = () => process.env.SECRET; exports.deep = () => require("deep").secret()`,
  "node_modules/deep/package.json": `{"name":"deep","version":"2.0.0"}`,
  "node_modules/deep/index.js": `exports.secret = () => process.env.SECRET`,
};
const inOverrides = { packages: HOSTILE.packages };

test("who brings its own copy of a package no longer does not get the application's, which may do more", async () => {
  const packages = { "hostile>db": {}, db: DB };
  const damage = await attack({
    techniques,
    grants: inOverrides,
    files: { ...files, "moat.policy.json": policy(packages) },
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.stderr).toContain("hostile may not import db");
});

test("nor one that may do no more itself, but imports one that may", async () => {
  const packages = {
    "hostile>db": { packages: ["hostile>deep"] },
    "hostile>deep": {},
    db: { packages: ["deep"] },
    deep: DB,
  };
  expect(
    await attack({ techniques, grants: inOverrides, files: { ...files, "moat.policy.json": policy(packages) } }),
  ).toMatchObject(NOTHING);
});

test("copies that may do the same are one, as package managers share them", async () => {
  const packages = {
    "hostile>db": { env: ["SECRET"], globals: ["process"], packages: ["deep"] },
    db: { ...DB, packages: ["deep"] },
    deep: DB,
  };
  expect(
    (await attack({ techniques, grants: inOverrides, files: { ...files, "moat.policy.json": policy(packages) } }))
      .leaked,
  ).toBe(true);
});
