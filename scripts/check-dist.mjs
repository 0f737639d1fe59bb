// Builds every bundle anew and compares it, byte for byte, with what is committed in dist/.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
const { status } = spawnSync(process.execPath, ['scripts/build.mjs', '--out', fresh], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const committed = files('dist');
const built = files(fresh);
const different = [...new Set([...committed.keys(), ...built.keys()])].filter(
	(path) => !committed.get(path)?.equals(built.get(path) ?? Buffer.from([0])),
);
rmSync(fresh, { recursive: true });

if (different.length > 0) {
	console.error(`dist/ is not what the sources give: ${different.join(', ')}. Run \`npm run build\` and commit dist/.`);
	process.exit(1);
}
console.log(`dist/ is what the sources give: ${committed.size} files, byte for byte.`);

function files(root) {
	const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return new Map(
		entries.map((entry) => {
			const path = join(entry.parentPath, entry.name);
			return [relative(root, path), readFileSync(path)];
		}),
	);
}
