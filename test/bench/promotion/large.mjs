// A large image between two registries, ours and crane in turn: `npm run bench:promote-large [-- --gigabytes 10 --rounds 1]`.
// The layers are sparse files; nothing is delayed. Tells the peak of resident memory, and the throughput of both in one run.
// Writes docs/benchmarks/promote-large.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSparseImage } from './image.mjs';
import { findTools, ours } from './tools.mjs';
import { startWorld } from './world.mjs';

const MOST_MEGABYTES = 160;
const LAYERS = 10;
const root = join(import.meta.dirname, '..', '..', '..');
const dist = join(root, 'dist');
const { values } = parseArgs({
	options: { gigabytes: { type: 'string', default: '10' }, rounds: { type: 'string', default: '1' } },
});
const gigabytes = Number(values.gigabytes);
const work = mkdtempSync(join(tmpdir(), 'bench-promote-'));
const world = await startWorld({ work, dist, latency: 0 });
try {
	const image = await makeSparseImage(join(work, 'layout'), LAYERS, Math.round((gigabytes * 1e9) / LAYERS));
	await world.push(image, 'large', 'source');
	rmSync(join(work, 'layout'), { recursive: true });
	const tools = [ours(dist, work), ...(await findTools('crane', 'crane -j 40'))];
	const best = new Map();
	for (let round = 0; round < Number(values.rounds); round += 1) {
		// Each round begins with another one: what was written before is still on its way to the disk.
		for (let turn = 0; turn < tools.length; turn += 1) {
			const index = (turn + round) % tools.length;
			const tool = tools[index];
			const repository = `large-${index}`;
			await world.create('other', repository);
			const run = await tool.copy(
				world.job,
				`${world.hosts.source}/large@${image.digest}`,
				`${world.hosts.other}/${repository}:v1`,
			);
			await world.remove('other', repository);
			if (run.failed !== undefined) throw new Error(`${tool.name}: ${run.failed}`);
			const rate = image.bytes / 1000 / run.milliseconds;
			console.log(tool.name, `${rate.toFixed(0)} MB/s, peak ${run.peakMegabytes.toFixed(0)} MB`);
			const before = best.get(tool.name) ?? { rate: 0, peak: 0 };
			best.set(tool.name, { rate: Math.max(before.rate, rate), peak: Math.max(before.peak, run.peakMegabytes) });
		}
	}
	write(best, tools);
} finally {
	await world.stop();
	rmSync(work, { recursive: true, force: true });
}

function write(best, [own]) {
	const { peak, rate } = best.get(own.name);
	const slower = [...best].filter(([name, other]) => name !== own.name && other.rate > rate).map(([name]) => name);
	const text = [
		'# A large image between two registries',
		'',
		`${gigabytes} GB in ${LAYERS} layers, from one registry of local-ecr to another over loopback without added latency; rounds: ${values.rounds}, the best counts, and the highest peak.`,
		`Run on Linux with ${cpus().length} processors, which local-ecr shares. Written by \`npm run bench:promote-large\`.`,
		'',
		'| | MB/s | peak of resident memory, MB |',
		'|---|---|---|',
		...[...best].map(([name, run]) => `| ${name} | ${run.rate.toFixed(0)} | ${run.peak.toFixed(0)} |`),
		'',
		`- Peak ${peak.toFixed(0)} MB, at most ${MOST_MEGABYTES}: ${peak <= MOST_MEGABYTES ? 'met' : '**missed**'}.`,
		`- At least crane's throughput: ${slower.length === 0 ? 'met' : `**missed** against ${slower.join(', ')}`}.`,
		'',
	].join('\n');
	writeFileSync(join(root, 'docs', 'benchmarks', 'promote-large.md'), text);
	console.log(text);
}
