/**
 * A module's namespace is an object of getters; printed, it looks as Node's own does.
 *
 * @see https://nodejs.org/api/util.html#utilinspectcustom
 */
const { create, defineProperty, freeze, getOwnPropertyDescriptor, keys } = Object;
const { apply } = Reflect;

const inspection = Symbol.for("nodejs.util.inspect.custom");
const TITLE = "[Module: null prototype]";

/** What `util.inspect` takes the first words of: the name of what made the object. */
const likenessPrototype = create(null) as object;
const Likeness = function () {};
defineProperty(Likeness, "name", { value: TITLE });
defineProperty(Likeness, "prototype", { value: likenessPrototype, writable: false });
defineProperty(likenessPrototype, "constructor", { value: Likeness });
freeze(Likeness);
freeze(likenessPrototype);

/** What its own code has not come to yet. */
const uninitialized = freeze({ [inspection]: freeze(() => "<uninitialized>") });

/** One for all; HAZARD: it is reached through every namespace, so nothing can be put on it. */
const asked = freeze(function (this: object): object {
  const likeness = create(likenessPrototype) as object;
  for (const key of keys(this)) {
    const { get } = getOwnPropertyDescriptor(this, key)!;
    if (get === undefined) return this;
    let value: unknown;
    try {
      value = apply(get, this, []);
    } catch {
      value = uninitialized;
    }
    defineProperty(likeness, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return likeness;
});

const hidden: PropertyDescriptor = { value: asked, writable: false, enumerable: false, configurable: false };

export function showNamespaceWhenInspected(namespace: object): void {
  defineProperty(namespace, inspection, hidden);
}
