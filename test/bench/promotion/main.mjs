// Promotion side by side with its peers: `npm run bench:promote [-- --rounds 3]`. local-ecr adds 40 ms to every request.
// A peer that cannot be had is named and left out. Writes docs/benchmarks/promote.md and promote.svg.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeImage } from './image.mjs';
import { report } from './report.mjs';
import { findTools, ours } from './tools.mjs';
import { startWorld } from './world.mjs';

const LATENCY = 40;
const root = join(import.meta.dirname, '..', '..', '..');
const dist = join(root, 'dist');
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);
const work = mkdtempSync(join(tmpdir(), 'bench-promote-'));
const world = await startWorld({ work, dist, latency: LATENCY });
try {
	const tools = [ours(dist, work), ...(await findTools())];
	const results = [];
	for (const [layers, size] of [
		[10, 1024 * 1024],
		[30, 200_000],
	])
		results.push(await measureImage(tools, layers, size));
	report(join(root, 'docs', 'benchmarks'), results, { rounds, latency: LATENCY });
} finally {
	await world.stop();
	rmSync(work, { recursive: true, force: true });
}

/** The tools take turns, so that whatever else the machine does falls on all of them; the best round counts. */
async function measureImage(tools, layers, size) {
	const image = makeImage(join(work, `layout-${layers}`), layers, size);
	const source = `source-${layers}`;
	await world.push(image, source, 'source', 'mounting');
	const rows = tools.map(({ name }) => ({ tool: name, cells: {} }));
	for (let round = 0; round < rounds; round += 1) {
		for (const [index, tool] of tools.entries()) {
			const cells = await measureRound(tool, `${source}@${image.digest}`, `copy-${layers}-${index}-${round}`);
			for (const [scenario, cell] of Object.entries(cells)) {
				const best = rows[index].cells[scenario];
				if (best === undefined || cell.milliseconds < best.milliseconds) rows[index].cells[scenario] = cell;
			}
			console.log(tool.name.padEnd(28), Object.values(cells).map(brief).join('  '));
		}
	}
	return { blobs: image.blobs, rows };
}

function brief({ requests, milliseconds, failed }) {
	return `${requests}/${Math.round(milliseconds)}${failed === undefined ? '' : ` FAILED: ${failed}`}`;
}

async function measureRound(tool, source, repository) {
	const { source: from, other, mounting } = world.hosts;
	const cells = {};
	const measure = async (scenario, image, to) => {
		const before = await world.requests();
		const { milliseconds, failed } = await tool.copy(world.job, image, to);
		cells[scenario] = { milliseconds, requests: (await world.requests()) - before, failed };
	};
	for (const registry of ['other', 'mounting', 'source']) await world.create(registry, repository);
	await measure('other registry, cold', `${from}/${source}`, `${other}/${repository}:v1`);
	await measure('same registry, mounted', `${mounting}/${source}`, `${mounting}/${repository}:v1`);
	await measure('same registry, mount refused', `${from}/${source}`, `${from}/${repository}:v1`);
	await measure('rerun, same tag', `${from}/${source}`, `${other}/${repository}:v1`);
	await measure('new tag, image there', `${from}/${source}`, `${other}/${repository}:v2`);
	await world.emptyOfManifests('other', repository);
	await measure('blobs there, manifests not', `${from}/${source}`, `${other}/${repository}:v3`);
	return cells;
}
