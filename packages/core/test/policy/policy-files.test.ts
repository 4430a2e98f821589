import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OVERRIDES_FILE, POLICY_FILE, readPolicy } from "../../src/policy/policy-files.ts";
import { printPolicy } from "../../src/policy/print-policy.ts";
import { writeFileAtomically } from "../../src/policy/write-file-atomically.ts";

const GOOD = printPolicy({ version: 1, root: "trusted", entries: ["./index.js"], packages: { dep: { env: ["A"] } } });
let project: string;
const at = (name: string) => path.join(project, name);

beforeEach(() => {
  project = realpathSync(mkdtempSync(path.join(tmpdir(), "moat-policy-files-")));
});
afterEach(() => {
  chmodSync(project, 0o755);
  rmSync(project, { recursive: true, force: true });
});

describe("readPolicy", () => {
  test("reads the pair; overrides may be missing", () => {
    writeFileSync(at(POLICY_FILE), GOOD);
    expect(readPolicy(project)).toEqual({
      policy: { version: 1, root: "trusted", entries: ["./index.js"], packages: { dep: { env: ["A"] } } },
      overrides: { packages: {} },
    });
    writeFileSync(at(OVERRIDES_FILE), `{"packages":{"dep":{"env":false}}}`);
    expect(readPolicy(project).overrides).toEqual({ packages: { dep: { env: false } } });
  });

  test("a byte order mark is no part of the text", () => {
    writeFileSync(at(POLICY_FILE), `\ufeff${GOOD}`);
    expect(readPolicy(project).policy.packages["dep"]).toEqual({ env: ["A"] });
  });

  const isRoot = process.getuid?.() === 0;
  test.each<[string, () => void, string, RegExp]>([
    ["missing", () => {}, "MOAT_POLICY_MISSING", /there is no moat\.policy\.json/u],
    ["a folder", () => mkdirSync(at(POLICY_FILE)), "MOAT_POLICY_UNREADABLE", /it is a folder/u],
    [
      "a link",
      () => {
        writeFileSync(at("other.json"), GOOD);
        symlinkSync(at("other.json"), at(POLICY_FILE));
      },
      "MOAT_POLICY_UNREADABLE",
      /symbolic link/u,
    ],
    [
      "a link to nowhere",
      () => symlinkSync("/nowhere/at/all", at(POLICY_FILE)),
      "MOAT_POLICY_UNREADABLE",
      /symbolic link/u,
    ],
    [
      "not UTF-8",
      () => writeFileSync(at(POLICY_FILE), Buffer.concat([Buffer.from(GOOD), Buffer.from([0xc3, 0x28])])),
      "MOAT_POLICY_UNREADABLE",
      /not UTF-8/u,
    ],
    [
      "UTF-16",
      () => writeFileSync(at(POLICY_FILE), Buffer.from(`\ufeff${GOOD}`, "utf16le")),
      "MOAT_POLICY_UNREADABLE",
      /not UTF-8/u,
    ],
    [
      "empty",
      () => writeFileSync(at(POLICY_FILE), ""),
      "MOAT_POLICY_INVALID",
      /moat\.policy\.json:1:1: the file is empty/u,
    ],
    [
      "malformed overrides",
      () => {
        writeFileSync(at(POLICY_FILE), GOOD);
        writeFileSync(at(OVERRIDES_FILE), "{");
      },
      "MOAT_OVERRIDES_INVALID",
      /moat\.overrides\.json:1:2/u,
    ],
    [
      "overrides that are a folder",
      () => {
        writeFileSync(at(POLICY_FILE), GOOD);
        mkdirSync(at(OVERRIDES_FILE));
      },
      "MOAT_POLICY_UNREADABLE",
      /moat\.overrides\.json can't be read: it is a folder/u,
    ],
    [
      "without permission",
      () => {
        writeFileSync(at(POLICY_FILE), GOOD);
        chmodSync(at(POLICY_FILE), isRoot ? 0o644 : 0);
        if (isRoot) {
          rmSync(at(POLICY_FILE));
          mkdirSync(at(POLICY_FILE));
        }
      },
      "MOAT_POLICY_UNREADABLE",
      isRoot ? /folder/u : /EACCES/u,
    ],
  ])("refuses one that is %s", (_why, prepare, code, message) => {
    prepare();
    expect(() => readPolicy(project)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message), nextStep: expect.any(String) }),
    );
  });

  test("a missing policy names the command that makes it", () => {
    expect(() => readPolicy(project)).toThrow(expect.objectContaining({ nextStep: "moat policy --write <entry>" }));
  });
});

describe("writeFileAtomically", () => {
  test("writes a new file, and replaces one with its mode kept", () => {
    writeFileAtomically(at("a.json"), "ä\n");
    expect(readFileSync(at("a.json"), "utf8")).toBe("ä\n");
    chmodSync(at("a.json"), 0o640);
    writeFileAtomically(at("a.json"), "b\n");
    expect(readFileSync(at("a.json"), "utf8")).toBe("b\n");
    expect(statSync(at("a.json")).mode & 0o777).toBe(0o640);
    expect(readdirSync(project)).toEqual(["a.json"]);
  });

  test.each<[string, () => void]>([
    ["a folder", () => mkdirSync(at("a.json"))],
    [
      "a link",
      () => {
        writeFileSync(at("target"), "old");
        symlinkSync(at("target"), at("a.json"));
      },
    ],
  ])("does not write through or over %s", (_why, prepare) => {
    prepare();
    const before = readdirSync(project);
    expect(() => writeFileAtomically(at("a.json"), "x")).toThrow(
      expect.objectContaining({ code: "MOAT_WRITE_FAILED" }),
    );
    expect(readdirSync(project)).toEqual(before);
    if (before.includes("target")) expect(readFileSync(at("target"), "utf8")).toBe("old");
  });

  test("fails clearly where there is no folder", () => {
    expect(() => writeFileAtomically(at("none/a.json"), "x")).toThrow(
      expect.objectContaining({ code: "MOAT_WRITE_FAILED", message: expect.stringContaining("ENOENT") }),
    );
  });

  test("leaves the old file and nothing else when writing fails", () => {
    writeFileSync(at("a.json"), "old");
    const hostile = {
      toString: () => {
        throw new Error("no text");
      },
    } as unknown as string;
    expect(() => writeFileAtomically(at("a.json"), hostile)).toThrow(
      expect.objectContaining({ code: "MOAT_WRITE_FAILED" }),
    );
    expect(readFileSync(at("a.json"), "utf8")).toBe("old");
    expect(readdirSync(project)).toEqual(["a.json"]);
  });
});
