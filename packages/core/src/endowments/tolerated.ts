/**
 * Which properties of Node's classes are accessors only because assigning to instances and heirs must work.
 * Descriptors show them as the data that Node has there: `merge-descriptors` gives each Express
 * application copies of an emitter's methods, which programs replace and delete.
 */
const known = new WeakMap<object, PropertyKey[]>();
// HAZARD: taken now; packages may reach what they are called on, but never these methods.
const keysOf = known.get.bind(known);
const note = known.set.bind(known);

export function noteTolerated(holder: object, key: PropertyKey): void {
  const keys = keysOf(holder);
  if (keys === undefined) note(holder, [key]);
  else keys[keys.length] = key;
}

export function isTolerated(holder: object, key: unknown): boolean {
  const keys = keysOf(holder);
  if (keys === undefined) return false;
  for (let index = 0; index < keys.length; index += 1) if (keys[index] === key) return true;
  return false;
}
