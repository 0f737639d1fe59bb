import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const COLD = 'other registry, cold';
/** What the project holds itself to: our time as a part of the peer's, in one scenario or in each. */
const BOUNDS = [
	{ peer: 'crane', scenario: COLD, most: 0.6 },
	{ peer: 'oras', scenario: COLD, most: 0.45 },
	{ peer: 'crane', scenario: 'same registry, mounted', most: 0.7 },
	{ peer: 'crane -j 40', most: 1.05 },
];

/** Writes the table and the chart, and prints the table. */
export function report(folder, results, { rounds, latency }) {
	mkdirSync(folder, { recursive: true });
	const text = [
		'# Promotion, side by side',
		'',
		`Requests / milliseconds of the whole process, and the time as a multiple of ours; the best of ${rounds} rounds, in which the tools take turns.`,
		`local-ecr on loopback adds ${latency} ms to every request. Run on Linux with ${cpus().length} processors. Written by \`npm run bench:promote\`.`,
		'',
		'![Cold copies between two registries](promote.svg)',
		...results.flatMap(section),
		'',
	].join('\n');
	writeFileSync(join(folder, 'promote.md'), text);
	writeFileSync(join(folder, 'promote.svg'), chart(results));
	console.log(text);
}

function section({ blobs, rows }) {
	const scenarios = Object.keys(rows[0].cells);
	return [
		'',
		`## ${blobs} blobs, 2 platforms`,
		'',
		`| | ${scenarios.join(' | ')} |`,
		`|---|${'---|'.repeat(scenarios.length)}`,
		...rows.map(
			({ tool, cells }) =>
				`| ${tool} | ${scenarios.map((name) => cell(cells[name], rows[0].cells[name])).join(' | ')} |`,
		),
		'',
		...BOUNDS.flatMap((bound) => verdict(bound, scenarios, rows)),
	];
}

function cell({ requests, milliseconds, failed }, own) {
	const ratio = (milliseconds / own.milliseconds).toFixed(2);
	return `${requests} / ${Math.round(milliseconds)}${failed === undefined ? '' : ' **failed**'} (${ratio}×)`;
}

function verdict({ peer, scenario, most }, scenarios, [own, ...others]) {
	const other = others.find(({ tool }) => tool === peer);
	if (other === undefined) return [`- Not compared with ${peer}: it could not be had.`];
	const ratios = (scenario === undefined ? scenarios : [scenario]).map((name) => ({
		name,
		ratio: own.cells[name].milliseconds / other.cells[name].milliseconds,
	}));
	const worst = ratios.reduce((one, two) => (two.ratio > one.ratio ? two : one));
	const met = worst.ratio <= most ? 'met' : '**missed**';
	const where = scenario === undefined ? `at worst (${worst.name})` : worst.name;
	return [`- ${worst.ratio.toFixed(2)} of ${peer}'s time, ${where}; at most ${most}: ${met}.`];
}

/** A bar for each tool: the cold copy between two registries, for each image. */
function chart(results) {
	const bars = results.flatMap(({ blobs, rows }) =>
		rows.map(({ tool, cells }, index) => ({
			label: `${tool}, ${blobs} blobs`,
			milliseconds: cells[COLD].milliseconds,
			colour: index === 0 ? '#1a7f37' : '#8c959f',
		})),
	);
	const longest = Math.max(...bars.map(({ milliseconds }) => milliseconds));
	const lines = bars.map(({ label, milliseconds, colour }, index) => {
		const y = 20 + index * 24;
		const width = (milliseconds / longest) * 400;
		return [
			`<text x="250" y="${y + 13}" text-anchor="end">${label}</text>`,
			`<rect x="260" y="${y}" width="${width.toFixed(1)}" height="16" fill="${colour}"/>`,
			`<text x="${(265 + width).toFixed(1)}" y="${y + 13}">${Math.round(milliseconds)} ms</text>`,
		].join('');
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="740" height="${30 + bars.length * 24}" font-family="sans-serif" font-size="12">`,
		'<title>Cold copies between two registries</title>',
		'<rect width="100%" height="100%" fill="#ffffff"/>',
		...lines,
		'</svg>',
		'',
	].join('\n');
}
