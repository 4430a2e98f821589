/**
 * The references of a file by the variable that they are to. In a minified file one name has
 * thousands of them, to as many variables: asked one by one they would take time by the square.
 */
import { lookUp, type Binding, type SyntaxNode } from "./scope.ts";

export interface References {
  readonly to: (binding: Binding) => readonly SyntaxNode[];
  /** Those of a name to variables of a function. */
  readonly within: (owner: SyntaxNode, name: string) => readonly SyntaxNode[];
}

interface ByVariable {
  readonly bindings: Map<Binding, SyntaxNode[]>;
  readonly owners: Map<SyntaxNode, SyntaxNode[]>;
}

/** @param byName all references of the file; each name is sorted when it is first asked for */
export function makeReferences(byName: ReadonlyMap<string, readonly SyntaxNode[]>): References {
  const sorted = new Map<string, ByVariable>();
  const sort = (name: string): ByVariable => {
    let found = sorted.get(name);
    if (found !== undefined) return found;
    sorted.set(name, (found = { bindings: new Map(), owners: new Map() }));
    for (const reference of byName.get(name) ?? []) {
      const binding = lookUp(reference);
      if (binding === undefined) continue;
      add(found.bindings, binding, reference);
      add(found.owners, binding.scope.owner, reference);
    }
    return found;
  };
  return {
    to: (binding) => sort(binding.name).bindings.get(binding) ?? [],
    within: (owner, name) => sort(name).owners.get(owner) ?? [],
  };
}

function add<K>(lists: Map<K, SyntaxNode[]>, key: K, reference: SyntaxNode): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [reference]);
  else list.push(reference);
}
