import { marked } from "marked";

console.log(
  marked.parse(
    "# Title\n\n- a *b* `c`\n- [x](http://y.example)\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n> quoted <b>html</b>\n".repeat(
      5,
    ),
  ).length,
);
