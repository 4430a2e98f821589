export class A { #x = 1; static y = 2n ** 3n; get x() { return this.#x?.z; } }
