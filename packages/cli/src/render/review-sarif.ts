import { createHash } from "node:crypto";
import { compareText, escapeForTerminal, grantKey, POLICY_FILE, OVERRIDES_FILE, type Risk } from "@moat/core/model";
import type { Change, PackageReview, Place, Review } from "../review/review.ts";
import type { LineOfGrant } from "../review/grant-lines.ts";
import { subjectWords, verbOf, WARNING_TITLES } from "./review-words.ts";

/** Where the findings of a review stand in a repository. */
export interface SarifPlaces {
  /** The project's folder in the repository, with `/`; `""` where it is the root. */
  readonly project: string;
  /** The version of moat. */
  readonly version: string;
  readonly policyLine: LineOfGrant;
  readonly overridesLine: LineOfGrant;
  /** Where a package lies in the repository; undefined where it does not, or that can't be told. */
  readonly folderOf: (name: string) => string | undefined;
}

interface Finding {
  readonly rule: string;
  readonly risk: Risk;
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly places: readonly Place[];
  readonly fingerprint: string;
}

const LEVEL = { critical: "error", high: "error", medium: "warning", low: "note", none: "note" } as const;
/** What GitHub makes "critical", "high", "medium" and "low" of. */
const SEVERITY = { critical: "9.5", high: "8.0", medium: "5.0", low: "2.0", none: "0.5" } as const;

const RULES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  "fs.read": "A package may read more files",
  "fs.write": "A package may write more files",
  "net.connect": "A package may connect to more hosts",
  "net.listen": "A package may accept connections",
  command: "A package may start more programs",
  native: "A package may load native code",
  worker: "A package may start workers",
  env: "A package may read more of the environment",
  global: "A package may use more globals",
  share: "A package may define globals for others",
  change: "A package may change what others export",
  package: "A package may import more packages",
  builtin: "A package may use more of Node",
  exfiltration: "A package could send secrets away",
  content: "A package has the same version and other content",
  installation: "A package has a new install script",
  root: "The application has no bounds any more",
};

/**
 * SARIF 2.1.0, as code scanning of GitHub takes it. A finding stands at its line of the policy file, which is what
 * the pull request changes; the package's own code, which is in no repository, is a related place.
 */
export function reviewSarif(review: Review, places: SarifPlaces): string {
  const findings = [...findingsOf(review, places)];
  const rules = [...new Map(findings.map((finding) => [ruleId(finding), finding])).values()].toSorted((a, b) =>
    compareText(ruleId(a), ruleId(b)),
  );
  const index = new Map(rules.map((finding, at) => [ruleId(finding), at]));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "moat",
            semanticVersion: places.version,
            rules: rules.map((finding) => ({
              id: ruleId(finding),
              name: ruleName(finding),
              shortDescription: { text: RULES[finding.rule]! },
              help: { text: "moat diff says what changed, moat explain why; moat policy --accept grants it." },
              defaultConfiguration: { level: LEVEL[finding.risk] },
              properties: { tags: ["security"], "security-severity": SEVERITY[finding.risk] },
            })),
          },
        },
        automationDetails: { id: `moat-diff/${places.project === "" ? "" : `${places.project}/`}` },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => ({
          ruleId: ruleId(finding),
          ruleIndex: index.get(ruleId(finding))!,
          level: LEVEL[finding.risk],
          message: { text: sarifText(finding.text) },
          locations: [location(join(places.project, finding.file), finding.line)],
          ...related(finding.places, places),
          partialFingerprints: { "moatGrant/v1": finding.fingerprint },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function* findingsOf(review: Review, places: SarifPlaces): Generator<Finding> {
  for (const { kind, words, risk } of review.general)
    if (kind === "root-changed" && risk !== "none")
      yield {
        rule: "root",
        risk,
        text: words,
        file: POLICY_FILE,
        line: 1,
        places: [],
        fingerprint: fingerprint(["root"]),
      };
  for (const one of review.packages) {
    for (const change of one.gains) yield gainFinding(one, change, places);
    for (const { kind, words, grants } of one.warnings)
      yield {
        rule: kind,
        risk: "critical",
        text: `${WARNING_TITLES[kind]}: ${subjectWords(one)}: ${words}`,
        file: POLICY_FILE,
        line: grants[0] === undefined ? 1 : places.policyLine(one.package, grants[0]),
        places: [],
        fingerprint: fingerprint([one.package, kind, ...grants.map(grantKey)]),
      };
  }
  for (const { name, version } of review.installation.scripts)
    yield {
      rule: "installation",
      risk: "high",
      text: `${name} ${version} has an install script that is new; moat does not confine installation`,
      file: POLICY_FILE,
      line: 1,
      places: [],
      fingerprint: fingerprint(["installation", name, version]),
    };
}

function gainFinding(one: PackageReview, change: Change, places: SarifPlaces): Finding {
  const byPerson = change.decidedBy === "overrides";
  const lineOf = byPerson ? places.overridesLine : places.policyLine;
  const telling = change.grants.find(({ capability }) => capability === change.capability) ?? change.grants[0]!;
  return {
    rule: change.capability,
    risk: change.risk,
    text: `${subjectWords(one)} ${verbOf(change, one.status === "new")} ${change.words}`,
    file: byPerson ? OVERRIDES_FILE : POLICY_FILE,
    line: lineOf(one.package, telling),
    places: change.evidence,
    fingerprint: fingerprint([one.package, change.to, ...change.grants.map(grantKey)]),
  };
}

function ruleId({ rule, risk }: Finding): string {
  return `moat/${rule}/${risk}`;
}

/** `NetConnectHigh` */
function ruleName({ rule, risk }: Finding): string {
  return [...rule.split("."), risk].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function related(evidence: readonly Place[], { folderOf }: SarifPlaces): object {
  const relatedLocations = evidence.flatMap((place) => {
    const folder = folderOf(place.package);
    // What one package asks for through another one names both, and is no file.
    if (folder === undefined || place.line < 1 || place.file.includes(": ")) return [];
    return [{ ...location(join(folder, place.file), place.line), message: { text: "the code that asks for it" } }];
  });
  return relatedLocations.length === 0 ? {} : { relatedLocations };
}

function location(file: string, line: number): object {
  return {
    physicalLocation: {
      // HAZARD: a package names its files; what is not percent-encoded would be a reference to elsewhere.
      artifactLocation: { uri: file.split("/").map(encodePart).join("/"), uriBaseId: "%SRCROOT%" },
      region: { startLine: line },
    },
  };
}

function encodePart(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

function join(folder: string, file: string): string {
  return folder === "" ? file : `${folder}/${file}`;
}

/**
 * Plain text of a SARIF message. Brackets would be links, braces placeholders; viewers differ in how they read
 * their escapes, so text from a package has neither.
 */
function sarifText(text: string): string {
  return escapeForTerminal(text).replaceAll("[", "(").replaceAll("]", ")").replaceAll("{", "(").replaceAll("}", ")");
}

function fingerprint(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\u0001")).digest("hex");
}
