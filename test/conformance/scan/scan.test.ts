import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DIST } from '../../integration/world.ts';
import { longestFirst, playAll, report, SCENARIOS } from './run.ts';
import { readScenarios } from './scenario.ts';

describe('the corpus of scans', () => {
	it('is judged rightly, without one false green', async () => {
		const scenarios = longestFirst(readScenarios(SCENARIOS));
		expect(scenarios.length).toBeGreaterThanOrEqual(60);
		const outcomes = await playAll(scenarios, { bundles: DIST }, 10);
		process.stdout.write(`${report(outcomes)}\n`);
		expect(outcomes.flatMap(({ scenario, wrong }) => wrong.map((what) => `${scenario.name}: ${what}`))).toEqual([]);
		expect(outcomes.filter(({ falseGreen }) => falseGreen)).toEqual([]);
	}, 180_000);

	it('catches an action that passes everything', async () => {
		const bundle = join(mkdtempSync(join(tmpdir(), 'peer-')), 'index.mjs');
		writeFileSync(bundle, 'process.exit(0);');
		const scenarios = readScenarios(SCENARIOS).slice(0, 6);
		const outcomes = await playAll(scenarios, { bundles: DIST, peer: { bundle, inputs: {} } }, 6);
		const red = scenarios.filter(({ verdict }) => verdict !== 'pass').length;
		expect(red).toBeGreaterThan(0);
		expect(outcomes.filter(({ falseGreen }) => falseGreen)).toHaveLength(red);
	});
});
