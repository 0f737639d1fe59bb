import { describe, expect, it } from '@jest/globals';
import { createInputs } from './inputs.ts';

describe('createInputs', () => {
	it('reads lists by newline or comma and drops empty items', () => {
		const inputs = createInputs({ INPUT_TAGS: 'v1, v2\n\n v3 ,' });
		expect(inputs.list('tags')).toEqual(['v1', 'v2', 'v3']);
	});

	it('keeps hyphens of a name, as the runner does', () => {
		expect(createInputs({ 'INPUT_AWS-REGION': ' eu-central-1 ' }).text('aws-region')).toBe('eu-central-1');
	});

	it.each(['true', 'True', 'TRUE'])('takes %s for true', (given) => {
		const inputs = createInputs({ INPUT_PUSH: given });
		expect(inputs.boolean('push', false)).toBe(true);
		inputs.finish();
	});

	it.each(['yes', '1', 'on', 'tRue'])('refuses %s as a boolean', (given) => {
		const inputs = createInputs({ INPUT_PUSH: given });
		inputs.boolean('push', false);
		expect(() => inputs.finish()).toThrow(`Input "push" is "${given}": allowed: true, false.`);
	});

	it('keeps everything behind the first "=" of a pair', () => {
		const pairs = createInputs({ 'INPUT_BUILD-ARGS': 'URL=https://a.example/?b=c==' }).pairs('build-args');
		expect(pairs.get('URL')).toBe('https://a.example/?b=c==');
	});

	it('names an input as the user wrote it, when another action handed it on', () => {
		const inputs = createInputs(
			{ 'INPUT_SCAN-TIMEOUT-SECONDS': 'soon', INPUT_MODE: 'ignored' },
			{ 'timeout-seconds': { input: 'scan-timeout-seconds' }, image: { value: 'app:v1' } },
		);
		inputs.integer('timeout-seconds', 900, { min: 1, max: 9999 });
		expect(inputs.text('mode')).toBeUndefined();
		expect(inputs.image('image')).toEqual({ repository: 'app', tag: 'v1' });
		expect(() => inputs.finish()).toThrow('Input "scan-timeout-seconds" is "soon"');
	});

	it('reports every problem at once, and that nothing has been changed', () => {
		const inputs = createInputs({ INPUT_MODE: 'maybe', INPUT_TIMEOUT: '12x', INPUT_IMAGE: 'App@sha256:12' });
		inputs.required('policy');
		inputs.choice('mode', ['enforce', 'report'], 'enforce');
		inputs.integer('timeout', 900, { min: 1, max: 9999 });
		inputs.image('image');
		let message = '';
		try {
			inputs.finish();
		} catch (error) {
			message = (error as Error).message;
		}
		expect(message.split('\n')).toHaveLength(4);
		for (const name of ['policy', 'mode', 'timeout', 'image']) expect(message).toContain(`Input "${name}"`);
		expect(message).toContain('Nothing has been changed.');
	});
});
