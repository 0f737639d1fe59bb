import { describe, expect, it } from '@jest/globals';
import { DIST } from '../../integration/world.ts';
import type { Peer } from './peers.ts';
import { longestFirst, playAll, playAllWith, report, SCENARIOS } from './run.ts';
import { readScenarios } from './scenario.ts';

describe('the corpus of scans', () => {
	it('is judged rightly, without one false green', async () => {
		const scenarios = longestFirst(readScenarios(SCENARIOS));
		expect(scenarios.length).toBeGreaterThanOrEqual(60);
		const outcomes = await playAll(scenarios, DIST, 10);
		process.stdout.write(`${report(outcomes)}\n`);
		expect(outcomes.flatMap(({ scenario, wrong }) => wrong.map((what) => `${scenario.name}: ${what}`))).toEqual([]);
		expect(outcomes.filter(({ falseGreen }) => falseGreen)).toEqual([]);
	}, 600_000);

	it('catches an action that passes everything', async () => {
		const peer: Peer = {
			name: 'an action that passes everything',
			kinds: ['basic', 'enhanced'],
			launch: () => ({ command: process.execPath, arguments: ['-e', ''] }),
		};
		const scenarios = readScenarios(SCENARIOS).slice(0, 6);
		const { outcomes } = await playAllWith(peer, scenarios, 6);
		const red = scenarios.filter(({ verdict }) => verdict !== 'pass').length;
		expect(red).toBeGreaterThan(0);
		expect(outcomes.filter(({ falseGreen }) => falseGreen)).toHaveLength(red);
	});
});
