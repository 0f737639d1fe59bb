import { createInputs, digestOf } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { readInputs, type WaitInputs } from './inputs.ts';

const DIGEST = digestOf(Buffer.from('an image'));

function read(given: Readonly<Record<string, string>>): WaitInputs {
	const env = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
	const inputs = createInputs(Object.fromEntries(env));
	const result = readInputs(inputs);
	inputs.finish();
	return result;
}

describe('readInputs', () => {
	it('gives everything but the image its default', () => {
		expect(read({ image: `team/app@${DIGEST}` })).toEqual({
			image: { repository: 'team/app', digest: DIGEST },
			scanType: 'auto',
			startScan: 'auto',
			platforms: 'all',
			timeoutSeconds: 900,
			settleSeconds: 0,
			onUnsupported: 'fail',
			enrich: 'auto',
		});
	});

	it('names every input that is wrong at once', () => {
		const wrong = (): WaitInputs =>
			read({
				image: 'team/app',
				'scan-type': 'deep',
				'start-scan': 'yes',
				platforms: 'linux/amd64, arm',
				'timeout-seconds': '0',
				'on-unsupported': 'ignore',
			});
		for (const name of ['image', 'scan-type', 'start-scan', 'platforms', 'timeout-seconds', 'on-unsupported'])
			expect(wrong).toThrow(`"${name}"`);
		expect(wrong).toThrow('Nothing has been changed');
	});

	it('requires an image', () => {
		expect(() => read({})).toThrow('Input "image": it is required');
	});

	it('takes a list of platforms, each once', () => {
		const { platforms } = read({ image: 'team/app:v1', platforms: 'linux/amd64\nlinux/arm64/v8,linux/amd64' });
		expect(platforms).toEqual(['linux/amd64', 'linux/arm64/v8']);
	});

	it('refuses to settle for longer than it waits', () => {
		expect(() => read({ image: 'a:b', 'timeout-seconds': '60', 'settle-seconds': '60' })).toThrow('"settle-seconds"');
	});
});
