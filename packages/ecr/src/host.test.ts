import { describe, expect, it } from '@jest/globals';
import { parseEcrHost } from './host.ts';

describe('parseEcrHost', () => {
	it.each([
		['111111111111.dkr.ecr.eu-central-1.amazonaws.com', 'eu-central-1'],
		['111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
		['111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
		['111111111111.dkr-ecr.us-east-1.on.aws', 'us-east-1'],
		['111111111111.dkr-ecr-fips.us-east-1.on.aws', 'us-east-1'],
		['111111111111.dkr.ecr.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1'],
	])('reads %s', (host, region) => {
		expect(parseEcrHost(host)).toEqual({ accountId: '111111111111', region });
	});

	it.each([
		'docker.io',
		'127.0.0.1:5000',
		'public.ecr.aws',
		'11.dkr.ecr.eu-west-1.amazonaws.com',
		'x.111111111111.dkr.ecr.eu-west-1.amazonaws.com',
		'111111111111.dkr.ecr.eu-west-1.amazonaws.com.example.net',
		'111111111111.dkr.ecr.eu-west-1.example.net',
		'111111111111.dkr.ecr.eu-west-1.amazonawsXcom',
	])('does not take %s for one', (host) => {
		expect(parseEcrHost(host)).toBeUndefined();
	});
});
