#!/usr/bin/env node
"use strict";
const { join } = require("node:path");
const { keepOwnCode, keyFolderOf, requireOwn, useKeptCode } = require("@moat/core/own-code");

useKeptCode(keyFolderOf(process.env));
process.once("exit", keepOwnCode);
// A server may never exit.
setTimeout(keepOwnCode, 5_000).unref();
requireOwn(join(__dirname, "../dist/main.cjs"));
