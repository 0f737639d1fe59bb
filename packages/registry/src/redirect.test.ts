import { describe, expect, it } from '@jest/globals';
import { assertRedirectAllowed } from './redirect.ts';

const REGISTRY = new URL('https://111111111111.dkr.ecr.eu-west-1.amazonaws.com/v2/');

describe('assertRedirectAllowed', () => {
	it.each([
		'https://169.254.169.254/latest',
		'https://10.1.2.3/',
		'https://[fd00::1]/',
		'https://[::1]/',
		'https://localhost/',
		'https://172.31.0.1/',
	])('refuses to be led from a registry to %s', (target) => {
		expect(() => assertRedirectAllowed(REGISTRY, new URL(target))).toThrow('private or link-local');
	});

	it('refuses to be led to plain HTTP', () => {
		expect(() => assertRedirectAllowed(REGISTRY, new URL('http://bucket.s3.amazonaws.com/x'))).toThrow('plain HTTP');
	});

	it('follows to public storage, and anywhere from a registry on this machine', () => {
		assertRedirectAllowed(
			REGISTRY,
			new URL('https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x'),
		);
		assertRedirectAllowed(new URL('http://127.0.0.1:5000/'), new URL('http://127.0.0.1:5001/x'));
	});
});
