/**
 * What packages define for each other on the global object: nothing, but for the
 * names that a policy lists in `shares`, for the one that defines and for the
 * one that looks. Every package keeps its own global object; what one defines
 * under such a name, or registered symbol, appears on those of the others, once a module of it has run
 * or calls another package, or when somebody looks for what it lacks (`sought-late.ts`).
 *
 * HAZARD: what is published is the value of a property, asked anew at each look, never a way to the other's
 * global object. The first to define a name keeps it: a package that lists it too
 * can change its own, and nobody else's; but a name that one package alone shares with the
 * application, whose modules it loads, is one variable for these two (a development server and what it has built). The language's own
 * names can't be listed; see `shareProblem`.
 *
 * The share `*` is a test runner's: whatever it defines, by name or registered symbol, that neither the language
 * nor Node has appears for the project's own code, also where a package runs that as
 * its own, and for nobody else. So do the
 * timers that it puts in the place of Node's; see `replaced-globals.ts`. Who shares `timers.mock`
 * sets the clock of packages, too.
 */
import { dispatcherOn, type Dispatcher } from "../endowments/net/default-dispatcher.ts";
import { GLOBAL_RULES } from "../endowments/global-names.ts";
import type { Principal } from "../endowments/principal.ts";
import { shareProblem } from "../policy/grant-syntax.ts";
import { additionOf } from "../policy/language-additions.ts";
import { modeVariableOf } from "../policy/mode-variables.ts";
import { ANY_SHARE, CLOCK_SHARE, DISPATCHER_SHARE, SPECIAL_SHARES } from "../policy/special-shares.ts";
import { propertyOfShare, symbolShare } from "../policy/symbol-shares.ts";
import { LIVE_NAMES } from "./live-names.ts";
import { replacedBy, showClock, showReplaced, watchGlobals, type ReplacedGlobals } from "./replaced-globals.ts";
import { NAMESPACES } from "./own-namespaces.ts";
import { seekLate } from "./sought-late.ts";

const { defineProperty, getOwnPropertyDescriptor, hasOwn } = Object;
const { ownKeys } = Reflect;

type GlobalObject = Record<PropertyKey, unknown>;

/** What the packages of a program define for each other. */
export interface SharedNames {
  /**
   * Lets a global object take part.
   * @returns publishes what it has defined since; undefined where the policy shares nothing.
   */
  join(principal: Principal, globalObject: GlobalObject): (() => void) | undefined;
  /** Whether a package may put a mock clock in the place of all packages'. */
  readonly hasClock: boolean;
  /** The application is about to have a mock clock of Node's: packages that are loaded from now on have its time. */
  admitClock(globalObject: GlobalObject): void;
  /** Lets a package that runs the project's modules as its own code see what test runners define for these. */
  admitRunner(globalObject: GlobalObject): void;
  /** What a package that shares `fetch.dispatcher` has put in the place of Node's, as it is now; the first that has. */
  dispatcher(symbol: symbol): Dispatcher | undefined;
  /** Publishes what anybody has defined: before a package runs the project's modules. */
  publishAll(): void;
}

interface Participant {
  readonly holderOf: (share: string) => GlobalObject | undefined;
  readonly shares: ReadonlySet<string>;
  /** Whether it sees what the share `*` publishes: the project's own code does. */
  readonly seesAny: boolean;
  readonly trusted: boolean;
  /** Whether the policy has it load the project's modules, which may hold copies of its own. */
  readonly runsProject: boolean;
  /** What its global object had from the start. */
  readonly given: ReadonlySet<PropertyKey>;
}

interface Published {
  readonly by: Participant;
  readonly value: unknown;
}

/** @param everyShare all names that policies list, once for each that does: what a trusted principal shares. */
export function makeSharedNames(everyShare: Iterable<string>): SharedNames {
  const all = new Set<string>();
  const ofSeveral = new Set<string>();
  for (const share of everyShare) if (additionOf(share) === undefined) (all.has(share) ? ofSeveral : all).add(share);
  const participants: Participant[] = [];
  const runners: ReplacedGlobals[] = [];
  const clocks: ReplacedGlobals[] = [];
  let hasClock = all.has(CLOCK_SHARE);
  const admitted = new WeakSet<GlobalObject>();
  /** By share, then by the property's name: one for a global, any number for `Reflect.*`. */
  const published = new Map<string, Map<PropertyKey, Published>>();
  for (const share of all) published.set(share, new Map());

  const publish = (from: Participant): void => {
    for (const share of from.shares) {
      const holder = from.holderOf(share);
      if (holder === undefined) continue;
      for (const key of namesIn(share, holder, from)) publishOne(from, share, holder, key);
    }
  };
  const publishOne = (from: Participant, share: string, holder: GlobalObject, key: PropertyKey): void => {
    const known = published.get(share)!;
    const descriptor = getOwnPropertyDescriptor(holder, key);
    // An accessor would run one package's code at another's every look.
    if (descriptor === undefined || !("value" in descriptor)) return;
    const entry = known.get(key);
    if (entry !== undefined && entry.value === descriptor.value) return;
    if (entry !== undefined && entry.by !== from && !isOfTwo(share, entry.by, from)) return;
    const now = { by: from, value: descriptor.value };
    known.set(key, now);
    for (const to of participants) {
      if (to !== from && to.shares.has(share) && (to.seesAny || share !== ANY_SHARE))
        appear(to.holderOf(share), key, propertyFor(share, key, now), entry);
    }
  };
  /** What others have of it: of a variable its value at each look, since who defines it may set it in the middle of a call. */
  const propertyFor = (share: string, key: PropertyKey, { value }: Published): PropertyDescriptor => {
    if (share.endsWith(".*")) return { value, writable: true };
    const ofShare = published.get(share)!;
    return {
      get() {
        const { by } = ofShare.get(key)!;
        const holder = by.holderOf(share);
        if (holder !== undefined) publishOne(by, share, holder, key);
        return ofShare.get(key)!.value;
      },
      set(this: object, own: unknown) {
        defineProperty(this, key, { value: own, writable: true, enumerable: false, configurable: true });
      },
    };
  };
  /** HAZARD: who only reads what the application defines lists the name as well, and must not put another value there. */
  const isOfTwo = (share: string, one: Participant, other: Participant): boolean =>
    one.trusted !== other.trusted &&
    (other.trusted || other.runsProject) &&
    share !== ANY_SHARE &&
    !languageMembers.has(share) &&
    !ofSeveral.has(share);
  /** The application's is everybody's, too: it is in charge. */
  const joinClock = ({ trusted, policy }: Principal, globalObject: GlobalObject): void => {
    if (trusted || policy.shares?.includes(CLOCK_SHARE) === true) clocks.push(watchGlobals(globalObject, trusted));
    else showClock(globalObject, () => clocks);
  };
  /** Asks the others for a property that somebody looks for and does not have. */
  const seek = (share: string, key: PropertyKey, to: Participant): boolean => {
    for (const from of participants) {
      if (from === to || !from.shares.has(share)) continue;
      const holder = from.holderOf(share);
      if (holder !== undefined && hasOwn(holder, key) && (share !== ANY_SHARE || isOwnName(key, from)))
        publishOne(from, share, holder, key);
    }
    const found = published.get(share)!.get(key);
    if (found === undefined || found.by === to) return false;
    appear(to.holderOf(share), key, propertyFor(share, key, found), undefined);
    return hasOwn(to.holderOf(share)!, key);
  };

  return {
    get hasClock() {
      return hasClock;
    },
    admitClock(globalObject) {
      if (!hasClock) clocks.push(watchGlobals(globalObject, true));
      hasClock = true;
    },
    join(principal, globalObject) {
      if (hasClock) joinClock(principal, globalObject);
      const shares = principal.trusted ? all : new Set(principal.policy.shares?.filter((share) => all.has(share)));
      if (shares.size === 0) return undefined;
      const participant: Participant = {
        shares,
        trusted: principal.trusted,
        runsProject: principal.policy.packages?.includes(".") === true,
        seesAny: principal.trusted,
        given: shares.has(ANY_SHARE) ? new Set(ownKeys(globalObject)) : new Set(),
        holderOf: (share) =>
          share.endsWith(".*") ? (globalObject[share.slice(0, -2)] as GlobalObject | undefined) : globalObject,
      };
      participants.push(participant);
      const sought = new Map([...shares].filter(isSought).map((share) => [propertyOfShare(share), share]));
      const any = participant.seesAny && shares.has(ANY_SHARE) ? ANY_SHARE : undefined;
      if (sought.size > 0 || any !== undefined)
        seekLate(globalObject, (key) => {
          const share = sought.get(key) ?? any;
          return share !== undefined && seek(share, key, participant) ? { value: globalObject[key] } : undefined;
        });
      if (shares.has(ANY_SHARE)) {
        if (principal.trusted) showReplaced(globalObject, () => runners);
        else runners.push(watchGlobals(globalObject));
      }
      for (const share of shares) {
        if (share === ANY_SHARE && !principal.trusted) continue;
        for (const [key, found] of published.get(share)!)
          appear(participant.holderOf(share), key, propertyFor(share, key, found), undefined);
      }
      return () => publish(participant);
    },
    admitRunner(globalObject) {
      if (!all.has(ANY_SHARE) || admitted.has(globalObject)) return;
      admitted.add(globalObject);
      // It defines nothing for others by this.
      const onlyLooking: Participant = {
        shares: new Set([ANY_SHARE]),
        trusted: true,
        runsProject: true,
        seesAny: true,
        given: new Set(),
        holderOf: () => globalObject,
      };
      participants.push(onlyLooking);
      for (const [key, found] of published.get(ANY_SHARE)!)
        appear(globalObject, key, propertyFor(ANY_SHARE, key, found), undefined);
      // What its own policy does not give it, too: the specs' `fetch` is the runner's while it is replaced.
      seekLate(
        globalObject,
        (key) =>
          replacedBy(runners, key) ?? (seek(ANY_SHARE, key, onlyLooking) ? { value: globalObject[key] } : undefined),
      );
      showReplaced(globalObject, () => runners, LIVE_NAMES);
    },
    dispatcher(symbol) {
      for (const { trusted, shares, holderOf } of participants) {
        const found = !trusted && shares.has(DISPATCHER_SHARE) && dispatcherOn(holderOf(DISPATCHER_SHARE)!, symbol);
        if (found) return found;
      }
      return undefined;
    },
    publishAll() {
      for (const participant of participants) publish(participant);
    },
  };
}

/** Puts a property where nothing is yet, or where still stands what was put before. */
function appear(
  holder: GlobalObject | undefined,
  key: PropertyKey,
  property: PropertyDescriptor,
  before: Published | undefined,
): void {
  if (holder === undefined) return;
  const own = getOwnPropertyDescriptor(holder, key);
  if (own !== undefined && (before === undefined || !("value" in own) || own.value !== before.value || !own.writable))
    return;
  try {
    defineProperty(holder, key, { ...property, enumerable: false, configurable: true });
  } catch {
    // The package has made its object read-only: it sees nothing new.
  }
}

const languageMembers = new Map<string, ReadonlySet<PropertyKey>>();
for (const name of NAMESPACES) {
  const namespace = (globalThis as unknown as Record<string, object | undefined>)[name];
  if (namespace !== undefined) languageMembers.set(`${name}.*`, new Set(ownKeys(namespace)));
}

function namesIn(share: string, holder: GlobalObject, from: Participant): PropertyKey[] {
  if (share === ANY_SHARE) return from.trusted ? [] : ownKeys(holder).filter((key) => isOwnName(key, from));
  const language = languageMembers.get(share);
  if (language !== undefined) return ownKeys(holder).filter((key) => !language.has(key));
  const property = propertyOfShare(share);
  return hasOwn(holder, property) ? [property] : [];
}

/** Whether the share `*` covers a property: not what everybody has, and no share that means something else. */
function isOwnName(key: PropertyKey, { given, trusted }: Participant): boolean {
  if (trusted || given.has(key)) return false;
  if (typeof key === "string")
    return !GLOBAL_RULES.has(key) && isSought(key) && shareProblem(key, "policy") === undefined;
  const name = typeof key === "symbol" ? Symbol.keyFor(key) : undefined;
  return name !== undefined && shareProblem(symbolShare(name), "policy") === undefined;
}

/** Whether a share names one property of the global object. */
function isSought(share: string): boolean {
  return !SPECIAL_SHARES.has(share) && modeVariableOf(share) === undefined && additionOf(share) === undefined;
}
