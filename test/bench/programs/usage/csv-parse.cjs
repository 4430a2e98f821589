const { parse } = require("csv-parse/sync");

const text = Array.from({ length: 200 }, (_, n) => `${n},"name ${n}","a ""quoted"" text",${n / 3}`).join("\n");
const rows = parse(text, { columns: ["id", "name", "text", "part"], cast: true });
console.log(
  rows.length,
  rows[7],
  rows.reduce((sum, { id }) => sum + id, 0),
);
