// One thing of the language each, as code of a package. Each gives a number that
// does not depend on how it is run; half a millisecond or so under plain Node.
"use strict";

// V8's space for young objects grows with what stays alive, and loops that only allocate
// take twice as long once it is larger than the processor's cache: as large everywhere from here on.
let kept = [];
for (let n = 0; n < 600_000; n++) {
  if (n % 150_000 === 0) kept = [];
  kept.push({ n });
}
kept = undefined;

const numbers = [3, 1, 4, 1, 5, 9, 2, 6];
const words = ["moat", "wall", "gate", "tower", "bridge", "keep"];
const sentence = "The keep is behind the gate; the gate is behind the bridge, and the bridge is up.";
const count = (...items) => items.length;

class Point {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
  get length2() {
    return this.x * this.x + this.y * this.y;
  }
  plus(other) {
    return new Point(this.x + other.x, this.y + other.y);
  }
}
class Point3 extends Point {
  #z;
  constructor(x, y, z) {
    super(x, y);
    this.#z = z;
  }
  get length2() {
    return super.length2 + this.#z * this.#z;
  }
}
function OldPoint(x) {
  this.x = x;
}
OldPoint.prototype.toString = function toString() {
  return `(${this.x})`;
};
OldPoint.prototype.double = function double() {
  return this.x * 2;
};

/** Arrays: elements, iteration, the methods that look at `Symbol.species`. */
const arrays = {
  "array grown by index": () => {
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      const grown = [];
      for (let n = 0; n < 1000; n++) grown[n] = n;
      sum += grown.length;
    }
    return sum;
  },
  "`new Array(n)` filled": () => {
    let sum = 0;
    for (let round = 0; round < 50; round++) {
      // oxlint-disable-next-line unicorn/no-new-array -- an array with holes is what this is about
      const filled = new Array(500);
      for (let n = 0; n < 500; n++) filled[n] = n * round;
      sum += filled[round];
    }
    return sum;
  },
  "array overwritten": () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8];
    for (let n = 0; n < 200_000; n++) list[n & 7] = n;
    return list[3];
  },
  "`push` and `pop`": () => {
    let sum = 0;
    const stack = [];
    for (let n = 0; n < 20_000; n++) {
      stack.push(n);
      if (n % 3 === 0) sum += stack.pop();
    }
    return sum;
  },
  "object with indices": () => {
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      const table = {};
      for (let n = 0; n < 300; n++) table[n] = n;
      for (let n = 0; n < 300; n++) sum += table[n];
    }
    return sum;
  },
  spread: () => {
    let sum = 0;
    for (let n = 0; n < 20_000; n++) sum += [...numbers, n].length;
    return sum;
  },
  "spread of arguments": () => {
    let sum = 0;
    for (let n = 0; n < 30_000; n++) sum += count(...numbers) + Math.max(...numbers);
    return sum;
  },
  "`for…of`": () => {
    let sum = 0;
    for (let n = 0; n < 20_000; n++) for (const number of numbers) sum += number;
    return sum;
  },
  "array destructuring": () => {
    let sum = 0;
    for (let n = 0; n < 50_000; n++) {
      const [first, second = 2, ...rest] = n % 2 === 0 ? [n, 1] : numbers;
      sum += first + second + rest.length;
    }
    return sum;
  },
  "`slice`, `concat`, `map`, `filter`": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) {
      sum += numbers
        .slice(1, 5)
        .concat(numbers)
        .map((number) => number + n)
        .filter((number) => number & 1).length;
    }
    return sum;
  },
  "`splice`, `shift`, `unshift`": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) {
      const list = numbers.slice();
      list.unshift(n);
      list.splice(2, 1, n, n);
      sum += list.shift() + list.length;
    }
    return sum;
  },
  "`forEach`, `reduce`, `indexOf`, `join`": () => {
    let sum = 0;
    for (let n = 0; n < 3000; n++) {
      numbers.forEach((number) => (sum += number));
      sum += numbers.reduce((total, number) => total + number, 0) + numbers.indexOf(6) + numbers.join("-").length;
    }
    return sum;
  },
  sort: () => {
    const list = Array.from({ length: 300 }, (_, n) => (n * 7919) % 311);
    let sum = 0;
    for (let n = 0; n < 10; n++) sum += [...list].sort((a, b) => a - b)[n] + list.toString().length;
    return sum;
  },
  "subclass of Array": () => {
    class List extends Array {}
    let sum = 0;
    for (let n = 0; n < 2000; n++) {
      const list = new List();
      list.push(n, n);
      sum += list.map((number) => number + 1).length;
    }
    return sum;
  },
};

/** Texts and regular expressions. */
const texts = {
  "text built": () => {
    let text = "";
    for (let n = 0; n < 20_000; n++) text += `${n}${words[n % 6]}`;
    return text.length;
  },
  "methods of texts": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) {
      sum +=
        "a-b-c".split("-").join("+").length +
        " keep ".trim().toUpperCase().indexOf("P") +
        "gate".padStart(9).charCodeAt(8);
      sum += sentence.slice(n % 40, 60).startsWith("the") ? 1 : sentence.includes("gate") ? 2 : 0;
    }
    return sum;
  },
  "text replaced in text": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) sum += "a.b.c.d".replace(".", "/").length + "a.b.c".replaceAll(".", "::").length;
    return sum;
  },
  "`test` and `exec`": () => {
    const name = /^[a-z]+$/;
    const pair = /(\w)=(\d+)/;
    let sum = 0;
    for (let n = 0; n < 10_000; n++) {
      if (name.test(words[n % 6])) sum += 1;
      sum += pair.exec("k=12")[2].length;
    }
    return sum;
  },
  "`replace`, text": () => {
    let sum = 0;
    for (let n = 0; n < 3000; n++) sum += sentence.replace(/gate/g, "door").length + "a-b".replace(/-/, "_").length;
    return sum;
  },
  "`replace`, `$1`": () => {
    let sum = 0;
    for (let n = 0; n < 2000; n++) sum += sentence.replace(/(\w+) (is)/g, "$2 $1").length;
    return sum;
  },
  "`replace`, function": () => {
    let sum = 0;
    for (let n = 0; n < 2000; n++) sum += sentence.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()).length;
    return sum;
  },
  "`replace`, no match": () => {
    let sum = 0;
    for (let n = 0; n < 20_000; n++) sum += "plain text".replace(/["&<>]/g, "?").length;
    return sum;
  },
  "`replace` in a long text": () => {
    const long = sentence.repeat(50);
    let sum = 0;
    for (let n = 0; n < 10; n++) sum += long.replace(/e/g, "ee").length + long.replace(/\s+/g, " ").length;
    return sum;
  },
  "`split`": () => {
    let sum = 0;
    for (let n = 0; n < 3000; n++) sum += "a, b,c ,d".split(/\s*,\s*/).length + sentence.split(/ /).length;
    return sum;
  },
  "`match`": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) sum += "key=value".match(/(\w+)=(\w+)/).length + sentence.match(/the/g).length;
    return sum;
  },
  "`search` and `matchAll`": () => {
    let sum = 0;
    for (let n = 0; n < 2000; n++) {
      sum += sentence.search(/bridge/);
      for (const match of "k=1,l=2".matchAll(/(\w)=(\d)/g)) sum += match[2].length;
    }
    return sum;
  },
  "`new RegExp`": () => {
    let sum = 0;
    for (let n = 0; n < 3000; n++) sum += new RegExp(`a${n & 7}`, "g").source.length;
    return sum;
  },
  JSON: () => {
    const value = { list: [1, 2, { b: "c" }], text: "e", nested: { deep: [true, null] } };
    let sum = 0;
    for (let n = 0; n < 2000; n++) sum += JSON.parse(JSON.stringify(value)).list.length;
    return sum;
  },
};

/** Objects, functions, control. */
const objects = {
  "properties read and written": () => {
    const point = { x: 1, y: 2, z: 3 };
    for (let n = 0; n < 300_000; n++) point.x = (point.y + point.z + n) | 0;
    return point.x;
  },
  "computed names": () => {
    const table = {};
    let sum = 0;
    for (let n = 0; n < 20_000; n++) {
      const word = words[n % 6];
      table[word] = (table[word] || 0) + n;
    }
    for (const word in table) sum += table[word];
    return sum;
  },
  "object literals": () => {
    let sum = 0;
    for (let n = 0; n < 50_000; n++) {
      const made = { toString: count, constructor: count, valueOf: n, n };
      sum += made.n;
    }
    return sum;
  },
  "`Object.assign`, spread, `keys`": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) {
      const made = { ...Object.assign({}, { a: 1, b: n }), c: 3 };
      sum += Object.keys(made).length + Object.entries(made).length;
    }
    return sum;
  },
  "object destructuring": () => {
    let sum = 0;
    for (let n = 0; n < 30_000; n++) {
      const { a, b = 2, ...rest } = { a: n, c: 3 };
      sum += a + b + rest.c;
    }
    return sum;
  },
  "own properties asked for": () => {
    const { hasOwnProperty } = Object.prototype;
    const owner = { a: 1 };
    let sum = 0;
    for (let n = 0; n < 50_000; n++) {
      if (owner.hasOwnProperty("a") && hasOwnProperty.call(owner, "a") && Object.hasOwn(owner, "a")) sum += 1;
    }
    return sum;
  },
  classes: () => {
    let sum = 0;
    for (let n = 0; n < 30_000; n++) sum += new Point3(n, 1, 2).length2 + new Point(1, n).plus(new Point(n, 1)).x;
    return sum;
  },
  "constructor functions": () => {
    let sum = 0;
    for (let n = 0; n < 20_000; n++) {
      const point = new OldPoint(n);
      sum += point.double() + (point instanceof OldPoint ? 1 : 0) + `${point}`.length;
    }
    return sum;
  },
  "methods given to instances": () => {
    let sum = 0;
    const all = [];
    for (let n = 0; n < 5000; n++) {
      const made = {};
      made.valueOf = count;
      made.value = n;
      all.push(made);
      sum += made.value + made.valueOf(1, 2);
    }
    return sum + all.length;
  },
  closures: () => {
    const adder = (a) => (b) => a + b;
    let sum = 0;
    for (let n = 0; n < 100_000; n++) sum = (adder(n)(1) + sum) | 0;
    return sum;
  },
  "`call`, `apply`, `bind`": () => {
    function add(a, b) {
      return this.x + a + b;
    }
    const point = new Point(1, 2);
    const bound = add.bind(point, 1);
    let sum = 0;
    for (let n = 0; n < 50_000; n++) sum += add.call(point, n, 1) + add.apply(point, [n, 2]) + bound(n);
    return sum;
  },
  "`new Function`, of texts seen before": () => {
    let sum = 0;
    for (let n = 0; n < 2000; n++) sum += new Function("a", `return a + ${n % 20}`)(n);
    return sum;
  },
  "`arguments`": () => {
    function total() {
      let sum = 0;
      for (let n = 0; n < arguments.length; n++) sum += arguments[n];
      return sum;
    }
    let sum = 0;
    for (let n = 0; n < 50_000; n++) sum += total(n, 1, 2);
    return sum;
  },
  "`try` and `catch`": () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) {
      try {
        if (n % 2 === 0) throw words;
        sum += 1;
      } catch (error) {
        sum += error.length;
      }
    }
    return sum;
  },
  "`new Error`": () => {
    let sum = 0;
    for (let n = 0; n < 1000; n++) sum += new Error(`no ${n}`).message.length + new TypeError("no").name.length;
    return sum;
  },
  "`error.stack`": () => {
    let sum = 0;
    for (let n = 0; n < 200; n++) sum += new Error("no").stack.startsWith("Error: no") ? 1 : 0;
    return sum;
  },
  "errors in deep calls": () => {
    const made = (depth) => (depth === 0 ? new Error("no") : made(depth - 1));
    let sum = 0;
    for (let n = 0; n < 100; n++) sum += made(20).message.length + made(30).stack.length;
    return sum > 0;
  },
  "Map and Set": () => {
    const map = new Map();
    for (let n = 0; n < 3000; n++) map.set(`k${n}`, n);
    let sum = 0;
    for (const [key, value] of map) sum += key.length + value;
    map.forEach((value) => (sum += value));
    const set = new Set(map.values());
    for (let n = 0; n < 6000; n++) if (set.has(n)) sum += 1;
    for (const value of [...set]) sum += value;
    return sum;
  },
  WeakMap: () => {
    const map = new WeakMap();
    let sum = 0;
    const keys = Array.from({ length: 500 }, () => ({}));
    for (let round = 0; round < 4; round++) {
      for (const key of keys) map.set(key, (map.get(key) || 0) + 1);
    }
    for (const key of keys) sum += map.get(key);
    return sum;
  },
  "symbols and own iterators": () => {
    const range = {
      *[Symbol.iterator]() {
        for (let n = 0; n < 5000; n++) yield n;
      },
    };
    let sum = 0;
    for (const n of range) sum += n;
    return sum + [...range].length;
  },
  generators: () => {
    function* pairs(limit) {
      for (let n = 0; n < limit; n++) yield [n, n + 1];
    }
    let sum = 0;
    for (const [a, b] of pairs(10_000)) sum += a * b;
    return sum;
  },
  "proxies and Reflect": () => {
    const proxy = new Proxy({ a: 1 }, { get: (target, key, receiver) => Reflect.get(target, key, receiver) });
    let sum = 0;
    for (let n = 0; n < 10_000; n++) sum += proxy.a + (Reflect.has(proxy, "b") ? 1 : 0);
    return sum;
  },
  BigInt: () => {
    let product = 1n;
    for (let n = 1n; n < 300n; n++) product *= n;
    return product.toString().length;
  },
};

/** Bytes and time. */
const bytes = {
  "typed array filled": () => {
    const list = new Uint8Array(4096);
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 4096; n++) {
        list[n] = n + round;
        sum += list[n];
      }
    }
    return sum;
  },
  "typed arrays made, cut, copied": () => {
    const list = new Uint8Array(256);
    let sum = 0;
    for (let n = 0; n < 3000; n++) {
      const part = list.subarray(3, 20);
      part.fill(n);
      sum += part.slice(1).length + new Float64Array(8).map((_, at) => at)[3];
    }
    return sum;
  },
  Buffer: () => {
    let sum = 0;
    for (let n = 0; n < 1000; n++) {
      const buffer = Buffer.from("keep the gate");
      sum += buffer.toString("hex").length + Buffer.concat([buffer, buffer]).length + buffer.readUInt16BE(n % 8);
    }
    return sum;
  },
  "Buffers of lists": () => {
    let sum = 0;
    for (let n = 0; n < 3000; n++) sum += Buffer.from([1, 2, n])[2];
    return sum;
  },
  "timers set and cleared": () => {
    let sum = 0;
    for (let n = 0; n < 1000; n++) {
      const timer = setTimeout(count, 1000, n);
      sum += timer === undefined ? 0 : 1;
      clearTimeout(timer);
    }
    return sum;
  },
  "`process.env`": () => {
    let sum = 0;
    for (let n = 0; n < 2000; n++) sum += process.env.NODE_ENV === "production" ? 0 : 1;
    return sum;
  },
  "`new DataView`": () => {
    const buffer = new ArrayBuffer(64);
    let sum = 0;
    for (let n = 0; n < 10_000; n++) sum += new DataView(buffer, n & 7, 8).byteLength;
    return sum;
  },
  "DataView read and written": () => {
    const view = new DataView(new ArrayBuffer(64));
    let sum = 0;
    for (let n = 0; n < 20_000; n++) {
      view.setFloat64(8, n);
      view.setUint16(16, n);
      sum += view.getFloat64(8) + view.getUint16(16, true);
    }
    return sum;
  },
  Date: () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++)
      sum += new Date(n * 1e6).getTime() + new Date(0).toISOString().length + (Date.now() > 0);
    return sum;
  },
  Math: () => {
    let sum = 0;
    for (let n = 0; n < 100_000; n++) sum += Math.floor(Math.sqrt(n)) + Math.min(n, 7) + Math.imul(n, 3);
    return sum;
  },
  "numbers as texts": () => {
    let sum = 0;
    for (let n = 0; n < 20_000; n++)
      sum += String(n).length + parseInt("12", 10) + Number("7") + (n / 8).toFixed(2).length;
    return sum;
  },
};

/** Promises; these give a promise. */
const promises = {
  "promise chain": () => {
    let promise = Promise.resolve(0);
    for (let n = 0; n < 3000; n++) promise = promise.then((sum) => sum + n);
    return promise;
  },
  "`await`": async () => {
    let sum = 0;
    for (let n = 0; n < 5000; n++) sum += await n;
    return sum;
  },
  "`Promise.all`": async () => {
    let sum = 0;
    for (let round = 0; round < 30; round++) {
      const made = await Promise.all(numbers.map(async (number) => number + round));
      sum += made.length + made[0];
    }
    return sum;
  },
  "async generator": async () => {
    async function* steps() {
      for (let n = 0; n < 1000; n++) yield n;
    }
    let sum = 0;
    for await (const n of steps()) sum += n;
    return sum;
  },
};

module.exports = { ...arrays, ...texts, ...objects, ...bytes, ...promises };
