export class Greeter { #count = 0; next() { return this.#count++; } }
export const greet = (strings, ...values) => String.raw({ raw: strings }, ...values);
