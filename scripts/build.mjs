// Compiles all TypeScript and bundles every action: `node scripts/build.mjs [--out DIRECTORY] [NAME …]`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { minifySync } from '@swc/core';
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
	minifyChunks(work);
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

/** The licences of a main and a post bundle stand in one file. */
function mergeLicenses(from, to) {
	const before = existsSync(to) ? readFileSync(to, 'utf8') : '';
	const added = readFileSync(from, 'utf8');
	if (!before.includes(added)) writeFileSync(to, before === '' ? added : `${before}\n${added}`);
}

function run(script, scriptArguments) {
	const { status } = spawnSync(process.execPath, [script, ...scriptArguments], {
		// ncc takes its path mapping from there: the AWS SDK's ES modules (docs/decisions/0040-es-modules-of-the-sdk.md).
		env: { ...process.env, TS_NODE_PROJECT: resolve('tsconfig.bundle.json') },
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	if (status !== 0) throw new Error(`${script} ${scriptArguments.join(' ')} ended with ${status}`);
}
