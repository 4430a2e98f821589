const { getOwnPropertySymbols } = Object;

/** A symbol of Node's own, which an object shows and no module exports; undefined where this version has none of that name. */
export function ownSymbol(object: object, description: string): symbol | undefined {
  return getOwnPropertySymbols(object).find((key) => key.description === description);
}
