import { readFileSync } from 'node:fs';
import type { Login } from '@ecr-pipeline/ecr';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import type { LoginResult } from './login.ts';
import { outputsOf } from './outputs.ts';

const schema = JSON.parse(
	readFileSync(new URL('../../../schemas/ecr-login-oidc-result.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({ allErrors: true }).compile(schema);

const LOGIN: Login = {
	step: 's',
	registry: '111111111111.dkr.ecr.eu-central-1.amazonaws.com',
	protocol: 'https:',
	accountId: '111111111111',
	region: 'eu-central-1',
	registryCredentials: { username: 'AWS', password: 'password-of-the-registry' },
	registryCredentialsExpire: '2026-01-01T12:00:00.000Z',
};
const SESSION = {
	credentials: {
		accessKeyId: 'ASIA1',
		secretAccessKey: 'the-secret-key',
		sessionToken: 'the-session-token',
		expiration: new Date('2026-01-01T01:00:00Z'),
	},
	arn: 'arn:aws-cn:sts::111111111111:assumed-role/build/GitHubActions',
	accountId: '111111111111',
};
const RESULT: LoginResult = {
	logins: [LOGIN, { ...LOGIN, registry: '127.0.0.1:5000', accountId: '' }],
	accountId: '111111111111',
	region: 'eu-central-1',
	exportCredentials: true,
	outputCredentials: false,
	recordPath: '/r',
};

describe('the result', () => {
	it.each([
		['with a session', { ...RESULT, session: SESSION }],
		['with ambient credentials', RESULT],
		['with credentials among the outputs', { ...RESULT, session: SESSION, outputCredentials: true }],
	])('is of its schema and holds no secret: %s', (_, given) => {
		const { result } = outputsOf(given);
		validate(result);
		expect(validate.errors ?? []).toEqual([]);
		expect(JSON.stringify(result)).not.toMatch(/secret-key|session-token|password/);
	});

	it('is refused by its schema when a member is missing or not known', () => {
		const { registry: _left, ...others } = outputsOf(RESULT).result as Record<string, unknown>;
		expect(validate(others)).toBe(false);
		expect(validate({ ...(outputsOf(RESULT).result as object), more: 1 })).toBe(false);
	});
});
