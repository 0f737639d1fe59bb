import { createInputs } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { type PinInputs, readInputs } from './inputs.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function read(given: Record<string, string>): PinInputs {
	const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
	const inputs = createInputs(env);
	const input = readInputs(inputs);
	inputs.finish();
	return input;
}

describe('images', () => {
	it('come by container, by repository alone, and under the names of amazon-ecs-render-task-definition', () => {
		const { images } = read({
			'task-definition': 'task.json',
			images: `web=r.example/team/web@${DIGEST}\nteam/sidecar@${DIGEST}`,
			image: `team/job@${DIGEST}`,
			'container-name': 'one, two',
		});
		expect(images.map(({ containers, image }) => [containers, image.repository])).toEqual([
			[['web'], 'team/web'],
			[[], 'team/sidecar'],
			[['one', 'two'], 'team/job'],
		]);
	});

	it('are refused with a tag in place of the digest, and all problems are told at once', () => {
		const wrong = () =>
			read({
				images: 'web=team/web:1.2, team/web@sha256:123',
				image: '/team/web',
				register: 'yes',
				'wait-for-minutes': '0',
			});
		expect(wrong).toThrow(/"task-definition": it is required/);
		expect(wrong).toThrow(/"images" is "web=team\/web:1\.2": a digest is required/);
		expect(wrong).toThrow(/"images" is "team\/web@sha256:123": the image has a digest that is not/);
		expect(wrong).toThrow(/"image" is "\/team\/web".*masked account id/);
		expect(wrong).toThrow(/"register" is "yes"/);
		expect(wrong).toThrow(/"wait-for-minutes" is "0"/);
	});

	it('are required', () => {
		expect(() => read({ 'task-definition': 'task.json' })).toThrow(/"images": give an image/);
	});
});

describe('settings', () => {
	const base = { 'task-definition': 'task.json', image: `team/web@${DIGEST}` };

	it('keep everything behind the first "="', () => {
		const { settings } = read({ ...base, environment: 'URL=https://x/?a=b==\nEMPTY=', 'docker-labels': 'a=b=c' });
		expect([...settings.environment]).toEqual([
			['URL', 'https://x/?a=b=='],
			['EMPTY', ''],
		]);
		expect([...settings.dockerLabels]).toEqual([['a', 'b=c']]);
	});

	it('refuse an unknown log driver, and a name that is variable and secret', () => {
		const wrong = () =>
			read({ ...base, environment: 'A=1', secrets: 'A=arn:x', 'log-configuration-log-driver': 'cloudwatch' });
		expect(wrong).toThrow(/"log-configuration-log-driver" is "cloudwatch": allowed: awsfirelens, awslogs/);
		expect(wrong).toThrow(/"secrets" is "A": it is in `environment` too/);
	});
});

describe('a service', () => {
	const base = { 'task-definition': 'task.json', image: `team/web@${DIGEST}` };

	it('means that a revision is registered', () => {
		expect(read({ ...base, service: 'web' }).register).toBe(true);
		expect(read(base).register).toBe(false);
		expect(() => read({ ...base, service: 'web', register: 'false' })).toThrow(/"register" is "false"/);
	});

	it('is needed to wait for, and for a cluster', () => {
		const wrong = () => read({ ...base, cluster: 'main', 'wait-for-service-stability': 'true' });
		expect(wrong).toThrow(/"cluster" is "main": it needs a `service`/);
		expect(wrong).toThrow(/"wait-for-service-stability" is "true": it needs a `service`/);
	});
});
