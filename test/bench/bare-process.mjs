/** A Node.js that does nothing but wait. Not in TypeScript, which it would have to strip. */
process.on('disconnect', () => process.exit());
process.send('ready');
