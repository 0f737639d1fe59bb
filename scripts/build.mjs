// Compiles all TypeScript and bundles every action: `node scripts/build.mjs [--out DIRECTORY] [NAME …]`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundles } from './bundles.mjs';

const { values, positionals } = parseArgs({
	options: { out: { type: 'string', default: 'dist' } },
	allowPositionals: true,
});
const chosen = bundles.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const projects = new Set(chosen.map(({ entry }) => dirname(dirname(entry))));
run('node_modules/typescript/bin/tsc', ['-b', ...projects]);
for (const name of new Set(chosen.map((bundle) => bundle.name)))
	rmSync(join(values.out, name), { recursive: true, force: true });
for (const bundle of chosen) pack(bundle);

/** Bundles one entry in a folder of its own and moves the outcome to its place. */
function pack({ name, entry, file }) {
	const work = mkdtempSync(join(tmpdir(), 'bundle-'));
	run('node_modules/@vercel/ncc/dist/ncc/cli.js', [
		'build',
		entry,
		'-o',
		work,
		'-m',
		'-q',
		'--no-cache',
		'--license',
		'licenses.txt',
	]);
	const target = join(values.out, name);
	mkdirSync(target, { recursive: true });
	const made = readdirSync(work).filter((item) => item !== 'licenses.txt' && item !== 'package.json');
	for (const item of made)
		cpSync(join(work, item), join(target, item.replace(/index\.js$/, file)), { recursive: true });
	if (file !== 'index.js' && made.length > 1) renameChunks(join(target, file), file);
	writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
	if (existsSync(join(work, 'licenses.txt'))) mergeLicenses(join(work, 'licenses.txt'), join(target, 'licenses.txt'));
	rmSync(work, { recursive: true });
}

/** Bundles that share a folder number their chunks alike, so those of each carry its name: `695.helper.js`. */
function renameChunks(path, file) {
	const text = readFileSync(path, 'utf8');
	const renamed = text.replaceAll('".index.js"', `".${file}"`);
	if (renamed === text) throw new Error(`${path} does not say how its chunks are called`);
	writeFileSync(path, renamed);
}

/** The licences of a main and a post bundle stand in one file. */
function mergeLicenses(from, to) {
	const before = existsSync(to) ? readFileSync(to, 'utf8') : '';
	const added = readFileSync(from, 'utf8');
	if (!before.includes(added)) writeFileSync(to, before === '' ? added : `${before}\n${added}`);
}

function run(script, scriptArguments) {
	const { status } = spawnSync(process.execPath, [script, ...scriptArguments], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	if (status !== 0) throw new Error(`${script} ${scriptArguments.join(' ')} ended with ${status}`);
}
