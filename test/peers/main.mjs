// Fetches tools and prints the folders that a PATH lacks to find them: `PATH="$(node test/peers/main.mjs crane oras):$PATH"`.
// What cannot be had is said on stderr, and is no error: the tests that need it report themselves as skipped.
import { delimiter, dirname } from 'node:path';
import { findPeer } from './peers.mjs';

const folders = new Set();
for (const name of process.argv.slice(2)) {
	const found = await findPeer(name);
	if ('missing' in found) process.stderr.write(`not to be had: ${name}: ${found.missing}\n`);
	else folders.add(dirname(found.path));
}
for (const known of (process.env.PATH ?? '').split(delimiter)) folders.delete(known);
process.stdout.write([...folders].join(delimiter));
