/**
 * What a request shows as its agent. HAZARD: a response leads to its request, and an agent to the sockets and
 * waiting requests of everybody who uses it. Node makes the request by its own agent; from then on it asks only
 * whether there is one, and for a time limit.
 */
import { getOwnPropertyDescriptor } from "../native-definitions.ts";

interface Agent {
  readonly keepAlive?: unknown;
  readonly maxSockets?: unknown;
  readonly protocol?: unknown;
  readonly defaultPort?: unknown;
  readonly options?: { readonly timeout?: unknown };
}

const views = new WeakMap<object, object>();
const agents = new WeakMap<object, object>();

/** The same one for each agent. */
export function viewOf(agent: object): object {
  if (agents.has(agent)) return agent;
  let view = views.get(agent);
  if (view === undefined) {
    view = makeView(agent);
    views.set(agent, view);
    agents.set(view, agent);
  }
  return view;
}

/** The agent that a request has shown so; undefined for anything else. */
export const agentOfView = (view: unknown): object | undefined => agents.get(view as object);

const textOrNumber = (value: unknown): unknown =>
  typeof value === "string" || typeof value === "number" ? value : undefined;

function makeView(agent: Agent): object {
  const options = {
    get timeout() {
      return textOrNumber(agent.options?.timeout);
    },
  };
  // Everybody who is given a request has it.
  Object.freeze(getOwnPropertyDescriptor(options, "timeout")!.get);
  const { keepAlive, maxSockets, protocol, defaultPort } = agent;
  return Object.freeze({
    keepAlive: Boolean(keepAlive),
    maxSockets: textOrNumber(maxSockets),
    protocol: textOrNumber(protocol),
    defaultPort: textOrNumber(defaultPort),
    options: Object.freeze(options),
  });
}
