/** An ESTree node, with what the walk adds to it. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  parent?: SyntaxNode | undefined;
  /** Of identifiers that are references, and of functions: the scope they stand in. */
  scope?: Scope | undefined;
  [key: string]: any;
}

/** A variable of the file, and the node that declares it. */
export interface Binding {
  readonly name: string;
  readonly scope: Scope;
  readonly kind: "var" | "let" | "const" | "function" | "class" | "param" | "import";
  /** The declaring identifier. */
  readonly node: SyntaxNode;
  /** The function of a function declaration, or the initial value of a simple declarator. */
  readonly init: SyntaxNode | undefined;
  /** Declared more than once. */
  redeclared: boolean;
}

export interface Scope {
  readonly parent: Scope | undefined;
  /** The function or program; block scopes share it with the function around them. */
  readonly owner: SyntaxNode;
  readonly isFunction: boolean;
  readonly strict: boolean;
  bindings: Map<string, Binding> | undefined;
}

export function makeScope(parent: Scope | undefined, owner: SyntaxNode, isFunction: boolean, strict: boolean): Scope {
  return { parent, owner, isFunction, strict, bindings: undefined };
}

/** What an identifier refers to; undefined where it is free. */
export function lookUp(identifier: SyntaxNode): Binding | undefined {
  const name: string = identifier["name"];
  for (let scope = identifier.scope; scope !== undefined; scope = scope.parent) {
    const binding = scope.bindings?.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}
