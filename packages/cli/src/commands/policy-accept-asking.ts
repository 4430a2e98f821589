import path from "node:path";
import {
  escapeForTerminal,
  MoatError,
  type CanonicalName,
  type Grant,
  type Policy,
  type PolicyFiles,
} from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { parseGrant } from "../arguments/parse-grant.ts";
import type { CommandContext, ExitCode, Terminal } from "../command-context.ts";
import { findLockfile } from "../lockfiles/read-lockfile.ts";
import { generate } from "../project/generate.ts";
import { textOf } from "../project/text-of.ts";
import { writeDecisions } from "../project/write-decisions.ts";
import { makePaint } from "../render/colors.ts";
import { decisionsText } from "../render/decisions-text.ts";
import { countWords } from "../render/list-words.ts";
import { gainLines } from "../render/review-text.ts";
import { boundsOf } from "../review/bounds-of.ts";
import { decide, waitingIn, type Decision } from "../review/decide.ts";
import type { Change, PackageReview } from "../review/review.ts";
import { reviewPolicies } from "../review/review-policies.ts";

export interface AskingRequest {
  readonly project: string;
  readonly files: PolicyFiles;
  readonly terminal: Terminal;
}

const QUESTION = "  accept, narrow, deny, skip or quit? [a/n/d/s/q] ";

/**
 * Asks about one package after another, the worst first. Each answer is written at once, so that whoever stops half-way
 * keeps what was decided.
 */
export async function askAboutPending(request: AskingRequest, context: CommandContext): Promise<ExitCode> {
  const { project, terminal } = request;
  const paint = makePaint(context.stdout, context.env);
  let { files } = request;
  try {
    const reviews = (await pendingReviews(request, context)).filter(({ gains }) => gains.length > 0);
    if (reviews.length === 0) {
      context.stdout.write(decisionsText([]));
      return 0;
    }
    context.stdout.write(`${countWords(reviews.length, "package")} to decide about. Skipped ones go on waiting.\n`);
    for (const [index, review] of reviews.entries()) {
      context.stdout.write(`\n${index + 1}/${reviews.length} ${gainLines([review], paint).join("\n")}\n`);
      // oxlint-disable-next-line no-await-in-loop -- one question after another
      const decision = await askAbout(review, waitingIn(files, review.package), terminal, context);
      if (decision === "quit") break;
      if (decision === "skip") continue;
      const after = decide(files, decision);
      writeDecisions(project, files, after);
      files = after;
      context.stdout.write(decisionsText([decision]));
    }
    const left = reviews.filter(({ package: name }) => waitingIn(files, name).length > 0).length;
    context.stdout.write(
      left === 0 ? "\nNothing waits any more.\n" : `\n${countWords(left, "package")} still to decide about.\n`,
    );
    return 0;
  } finally {
    terminal.close();
  }
}

/** What waits, as the difference between the policy without it and with it. */
async function pendingReviews(
  { project, files }: AskingRequest,
  context: CommandContext,
): Promise<readonly PackageReview[]> {
  const { policy, overrides } = files;
  const lock = await findLockfile("", (file) => textOf(path.join(project, file)));
  return reviewPolicies({
    before: { policy: withoutPending(policy), overrides },
    after: { policy, overrides, lock: lock.tree },
    base: "what is granted",
    evidence: await evidenceFor(project, files, context),
  }).packages;
}

async function evidenceFor(
  project: string,
  { policy, overrides }: PolicyFiles,
  context: CommandContext,
): Promise<readonly Evidence[]> {
  try {
    return (await generate({ project, entries: policy.entries, overrides, previous: policy }, context)).evidence;
  } catch (error) {
    if (!(error instanceof MoatError)) throw error;
    context.stdout.write(`There is no evidence to show: ${escapeForTerminal(error.message)}\n`);
    return [];
  }
}

function withoutPending(policy: Policy): Policy {
  const packages: Record<CanonicalName, Policy["packages"][string]> = Object.create(null);
  for (const [name, { pending: _pending, ...granted }] of Object.entries(policy.packages)) packages[name] = granted;
  return { ...policy, packages };
}

async function askAbout(
  review: PackageReview,
  waiting: readonly Grant[],
  terminal: Terminal,
  context: CommandContext,
): Promise<Decision | "skip" | "quit"> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until there is an answer
    const answer = (await terminal.ask(QUESTION))?.trim().toLowerCase();
    if (answer === undefined || answer === "q" || answer === "quit") return "quit";
    if (answer === "s" || answer === "skip") return "skip";
    if (answer === "a" || answer === "accept") return decision(review, waiting, waiting, terminal);
    if (answer === "d" || answer === "deny") return decision(review, waiting, [], terminal);
    if (answer === "n" || answer === "narrow") {
      // oxlint-disable-next-line no-await-in-loop
      const keep = await askForEach(review.gains, terminal, context);
      return keep === undefined ? "quit" : decision(review, waiting, keep, terminal);
    }
  }
}

async function decision(
  { package: name }: PackageReview,
  decided: readonly Grant[],
  keep: readonly Grant[],
  terminal: Terminal,
): Promise<Decision | "quit"> {
  const reason = await terminal.ask("  reason, for whoever looks next (may be empty): ");
  // Who ends the input here has not decided.
  if (reason === undefined) return "quit";
  return { package: name, decided, keep, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) };
}

/** Line by line: yes, no, or what it gets in place of it. */
async function askForEach(
  changes: readonly Change[],
  terminal: Terminal,
  context: CommandContext,
): Promise<Grant[] | undefined> {
  const keep: Grant[] = [];
  for (const change of changes) {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one question after another
      const answer = (
        await terminal.ask(`  ${escapeForTerminal(change.words)}? [y, n, or instead, as in ${change.capability}=…] `)
      )?.trim();
      if (answer === undefined) return undefined;
      if (answer === "") continue;
      try {
        keep.push(...answered(answer, change));
        break;
      } catch (error) {
        if (!(error instanceof MoatError)) throw error;
        context.stdout.write(`  ${escapeForTerminal(error.message)}\n`);
      }
    }
  }
  return keep;
}

function answered(answer: string, { grants, capability }: Change): readonly Grant[] {
  if (/^y(?:es)?$/iu.test(answer)) return grants;
  if (/^no?$/iu.test(answer)) return [];
  const written = answer.split(/\s+/u).map((text) => parseGrant(text.includes("=") ? text : `${capability}=${text}`));
  // What only says how (`https.request`) comes with what says where.
  return [...written, ...grants.filter((grant) => boundsOf(grant).includes(capability))];
}
