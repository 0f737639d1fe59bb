import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { mergeOutputs } from '../../actions/pipeline/src/outputs.ts';
import { STAGE_INPUTS, STAGES } from '../../actions/pipeline/src/stages.ts';
import { ROOT } from './world.ts';

interface ActionFile {
	readonly inputs: Readonly<Record<string, unknown>>;
	readonly outputs: Readonly<Record<string, unknown>>;
}

const ACTION_OF = {
	login: 'ecr-login-oidc',
	build: 'build-push',
	scan: 'wait-for-scan',
	gate: 'gate-on-findings',
	promote: 'promote-by-digest',
	pin: 'pin-digest-in-taskdef',
};

const read = (path: string): ActionFile => parse(readFileSync(join(ROOT, path, 'action.yml'), 'utf8'));
const root = read('.');

it('has every output of the six, under one name each', () => {
	const outputs = new Map(
		STAGES.map((stage) => [stage, read(`actions/${ACTION_OF[stage]}`).outputs as Record<string, string>]),
	);
	const own = ['image', 'digest', 'result'];
	expect(Object.keys(root.outputs).sort()).toEqual([...own, ...Object.keys(mergeOutputs(outputs))].sort());
});

it('hands each of its inputs to a stage that has it, and takes none that no stage reads', () => {
	const handed = STAGES.flatMap((stage) => {
		const known = read(`actions/${ACTION_OF[stage]}`).inputs;
		return Object.entries(STAGE_INPUTS[stage]).map(([name, source]) => {
			expect(Object.keys(known)).toContain(name);
			return 'input' in source ? source.input : '';
		});
	});
	const own = ['image', 'container', 'promote-role-to-assume'];
	expect(Object.keys(root.inputs).sort()).toEqual([...new Set([...handed, ...own])].sort());
});
