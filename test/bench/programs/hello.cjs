console.log(`hello from ${typeof require}`);
