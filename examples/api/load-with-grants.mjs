// One dependency, and what it depends on, with what you say here and nothing else.
import { moat } from "@moat/core";

const notes = await moat.load("notes", { fs: { read: ["./data"] } });
const { read, token } = notes.module.default;

console.log(notes.packages.join(" "));
console.log(read("data/today.txt"));
try {
  read("secret.txt");
} catch (error) {
  console.log(error.code);
}
console.log(token());
