var total = 0;
for (let i = 0; i < process.argv.length; i++) {
  total += process.argv[i].length;
}
if (total == null) console.log(undefinedName);
export { total };
