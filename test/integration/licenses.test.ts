import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
// @ts-expect-error plain JavaScript, as the build runs it
import { bundledPackages, licensesOf } from '../../scripts/licenses.mjs';
import { ROOT } from './world.ts';

/** What is bundled from an entry that uses the packages, in its main file and in a chunk that is read later. */
function bundle(now: string, later: string): readonly string[] {
	const work = mkdtempSync(join(tmpdir(), 'licenses-'));
	const at = (name: string) => JSON.stringify(join(ROOT, 'node_modules', name, 'index.js'));
	writeFileSync(join(work, 'package.json'), '{"type":"module"}');
	writeFileSync(join(work, 'later.js'), `export { default } from ${at(later)};`);
	const lines = [`import used from ${at(now)};`, 'import("./later.js").then((more) => console.log(used, more));'];
	writeFileSync(join(work, 'main.js'), lines.join('\n'));
	const ncc = join(ROOT, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
	const options = ['-o', join(work, 'out'), '-m', '-q', '--no-cache', '--stats-out', join(work, 'stats.json')];
	const made = spawnSync(process.execPath, [ncc, 'build', join(work, 'main.js'), ...options]);
	if (made.status !== 0) throw new Error(String(made.stderr));
	return bundledPackages(JSON.parse(readFileSync(join(work, 'stats.json'), 'utf8')));
}

const lines = (text: string, line: string): number => text.split('\n').filter((one) => one === line).length;

describe('the licences of a bundle', () => {
	let text = '';
	beforeAll(() => {
		text = licensesOf(bundle('p-map', 'p-limit'));
	});

	it('name every package once: those joined with own code, of every chunk, and what they use', () => {
		expect(text.match(/^\S+ \(\S+\)$/gm)).toEqual(['p-limit (MIT)', 'p-map (MIT)', 'yocto-queue (MIT)']);
	});

	it('hold a text once that several packages share', () => {
		const shared = readFileSync(join(ROOT, 'node_modules/p-map/license'), 'utf8').trim();
		expect(text.split(shared)).toHaveLength(2);
		expect(lines(text, 'MIT License')).toBe(1);
	});

	it('are the same in whatever order webpack names the packages', () => {
		const found = bundle('p-map', 'p-limit');
		expect(licensesOf(found.toReversed())).toBe(text);
	});
});
