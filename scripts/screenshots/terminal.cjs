// Loaded before moat, so that it prints as to a terminal: with colours.
process.stdout.isTTY = true;
process.stderr.isTTY = true;
delete process.env.NO_COLOR;
