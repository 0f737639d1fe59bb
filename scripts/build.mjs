// Compiles all TypeScript and bundles every action: `node scripts/build.mjs [--out DIRECTORY] [NAME …]`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { minifySync } from '@swc/core';
import { bundles } from './bundles.mjs';
import { bundledPackages, licensesOf } from './licenses.mjs';

const { values, positionals } = parseArgs({
	options: { out: { type: 'string', default: 'dist' } },
	allowPositionals: true,
});
const chosen = bundles.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const projects = new Set(chosen.map(({ entry }) => dirname(dirname(entry))));
run('node_modules/typescript/bin/tsc', ['-b', ...projects]);
for (const name of new Set(chosen.map((bundle) => bundle.name)))
	rmSync(join(values.out, name), { recursive: true, force: true });
// What webpack says of a bundle: which modules are in it.
const STATS = 'stats.json';
const packages = new Map();
for (const bundle of chosen) packages.set(bundle.name, [...(packages.get(bundle.name) ?? []), ...pack(bundle)]);
for (const [name, directories] of packages)
	writeFileSync(join(values.out, name, 'licenses.txt'), licensesOf(directories));

/** Bundles one entry in a folder of its own and moves the outcome to its place. Returns the packages that are in it. */
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
		'--stats-out',
		join(work, STATS),
	]);
	minifyChunks(work);
	const target = join(values.out, name);
	mkdirSync(target, { recursive: true });
	const made = readdirSync(work).filter((item) => item !== STATS && item !== 'package.json');
	for (const item of made)
		cpSync(join(work, item), join(target, item.replace(/index\.js$/, file)), { recursive: true });
	if (file !== 'index.js' && made.length > 1) renameChunks(join(target, file), file);
	writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
	const held = bundledPackages(JSON.parse(readFileSync(join(work, STATS), 'utf8')));
	rmSync(work, { recursive: true });
	return held;
}

/** ncc minifies its main file only; in the others, too, what nothing uses is to fall away before it is read at start-up. */
function minifyChunks(directory) {
	for (const item of readdirSync(directory).filter((file) => /^\d+\.index\.js$/.test(file))) {
		const path = join(directory, item);
		writeFileSync(path, minifySync(readFileSync(path, 'utf8'), { module: true, compress: { passes: 2 } }).code);
	}
}

/** Bundles that share a folder number their chunks alike, so those of each carry its name: `695.helper.js`. */
function renameChunks(path, file) {
	const text = readFileSync(path, 'utf8');
	const renamed = text.replaceAll('".index.js"', `".${file}"`);
	if (renamed === text) throw new Error(`${path} does not say how its chunks are called`);
	writeFileSync(path, renamed);
}

function run(script, scriptArguments) {
	const { status } = spawnSync(process.execPath, [script, ...scriptArguments], {
		// ncc takes its path mapping from there: the AWS SDK's ES modules (docs/decisions/0040-es-modules-of-the-sdk.md).
		env: { ...process.env, TS_NODE_PROJECT: resolve('tsconfig.bundle.json') },
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	if (status !== 0) throw new Error(`${script} ${scriptArguments.join(' ')} ended with ${status}`);
}
