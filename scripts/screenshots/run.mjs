// Makes the pictures of the documentation again, from real runs: `npm run screenshots`, or `npm run screenshots -- terminal`.
const KINDS = ["terminal", "report"];

const asked = process.argv.slice(2);
for (const kind of asked.length > 0 ? asked : KINDS) {
  if (!KINDS.includes(kind)) throw new Error(`the pictures are: ${KINDS.join(", ")}`);
  const { makeScreenshots } = await import(`./${kind}.mjs`);
  for (const file of await makeScreenshots()) console.log(`docs/images/${file}`);
}
