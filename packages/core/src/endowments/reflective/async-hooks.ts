import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { makeAsyncResource } from "./async-resource.ts";
import { makeAsyncLocalStorage } from "./async-local-storage.ts";

export const ASYNC_HOOKS_MEMBERS: MemberTable = {
  AsyncLocalStorage: ["own", "stores that only their storage finds"],
  AsyncResource: ["own", "the caller's own resources, behind which Node's are: they show everybody's context"],
  createHook: [
    "own",
    "inert: the real one is given everybody's promises and sockets, and runs inside of others' calls",
  ],
  executionAsyncId: ["pass", "a number"],
  triggerAsyncId: ["pass", "a number"],
  executionAsyncResource: ["own", "a stand-in for the resource, private to the principal"],
  asyncWrapProviders: ["own", "a copy"],
};

/** `async_hooks`: storage and own resources work; hooks do not spy. */
export const makeAsyncHooks: BuiltinFactory = (context) => {
  const real = context.powers.builtin("async_hooks");
  const AsyncLocalStorage = makeAsyncLocalStorage(context);
  if (context.principal.trusted)
    return Object.defineProperty(wholeModule(context, "async_hooks"), "AsyncLocalStorage", {
      value: AsyncLocalStorage,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  const standIns = new WeakMap<object, object>();
  let reported = false;

  return facadeFromTable(context, "async_hooks", ASYNC_HOOKS_MEMBERS, {
    AsyncLocalStorage,
    AsyncResource: makeAsyncResource(context),
    createHook: (callbacks: unknown) => {
      if (typeof callbacks !== "object" || callbacks === null) {
        throw Object.assign(new TypeError('The "options" argument must be of type object.'), {
          code: "ERR_INVALID_ARG_TYPE",
        });
      }
      const target = "async_hooks.createHook";
      if (!reported) {
        reported = true;
        if (!context.principal.denies({ capability: "builtin", target, via: target }))
          return real.createHook(callbacks);
      }
      // An object that never calls back: programs that only want to know ids go on.
      const hook = { enable: () => hook, disable: () => hook };
      return hook;
    },
    executionAsyncResource: () => {
      const resource: object = real.executionAsyncResource();
      let standIn = standIns.get(resource);
      if (standIn === undefined) {
        standIn = {};
        standIns.set(resource, standIn);
      }
      return standIn;
    },
    asyncWrapProviders: Object.freeze({ __proto__: null, ...real.asyncWrapProviders }),
  });
};
