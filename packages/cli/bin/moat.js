#!/usr/bin/env node
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");
// HAZARD: by the time that it exits, the real global object is emptied.
const process = require("node:process");
const { setTimeout } = globalThis;

// What older ones lack fails in the middle, as if it were a bug of moat's.
if (Number(process.versions.node.split(".")[0]) < 20) {
  process.stderr.write(`moat: this is Node ${process.version}\n  next: use Node 20.19 or later\n`);
  process.exit(2);
}

if (!isThere(process.cwd)) {
  process.stderr.write("moat: the current folder does not exist any more\n  next: change to another folder\n");
  process.exit(2);
}

function isThere(cwd) {
  try {
    cwd();
    return true;
  } catch {
    return false;
  }
}

// Where Node would find it, without the look into manifests: in this package's own folder, or beside it.
const beside = join(__dirname, "../../core/dist/own-code.cjs");
const isBeside = !existsSync(join(__dirname, "../node_modules/@moat/core")) && existsSync(beside);
const { keepOwnCode, nearestLocation, requireOwn, useKeptCode } = require(isBeside ? beside : "@moat/core/own-code");

const runs = process.argv[2] === "run" || process.argv[2] === "exec";
// A server may never exit.
useKeptCode(nearestLocation(process.cwd(), process.env), runs, () => setTimeout(keepOwnCode, 5_000).unref());
process.once("exit", keepOwnCode);
// Nothing is left to do then, and Node need not take its heap apart. `prepare` takes `process` away.
const { exit } = process;
if (!runs) process.once("beforeExit", () => exit());
requireOwn(join(__dirname, "../dist/main.cjs"));
