export interface Shape { readonly kind: "circle" | "square"; size: number }
export const area = (shape: Shape): number => (shape.kind === "circle" ? Math.PI * shape.size ** 2 : shape.size ** 2);
