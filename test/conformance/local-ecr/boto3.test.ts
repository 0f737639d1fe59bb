import { fileURLToPath } from 'node:url';
import { startLocalEcr } from '@ecr-pipeline/local-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ecrOperations } from '../../../packages/local-ecr/src/ecr/operations.ts';
import { ecrPublicOperations } from '../../../packages/local-ecr/src/ecr-public/operations.ts';
import { execute, pythonWithBoto } from './python.ts';

const JUDGE = fileURLToPath(new URL('judge.py', import.meta.url));

interface Verdict {
	readonly called: readonly string[];
	readonly public: readonly string[];
	readonly natural: readonly string[];
	readonly exceptions: readonly string[];
	readonly problems: readonly string[];
	readonly moto: Readonly<Record<string, readonly string[]>> | null;
}

const found = await pythonWithBoto();
if ('missing' in found) process.stderr.write(`SKIPPED: boto3 as judge of local-ecr: ${found.missing}\n`);
const judged = 'python' in found ? describe : describe.skip;

judged('local-ecr, as boto3 sees it', () => {
	let verdict: Verdict;
	let close: () => Promise<void>;

	beforeAll(async () => {
		const server = await startLocalEcr();
		close = server.close;
		// An endpoint in the environment would lead moto's client to local-ecr too.
		const { AWS_ENDPOINT_URL, ...environment } = server.environment();
		const { stdout } = await execute('python' in found ? found.python : '', [JUDGE, AWS_ENDPOINT_URL ?? ''], {
			env: { ...process.env, ...environment },
		});
		verdict = JSON.parse(stdout) as Verdict;
	}, 120_000);
	afterAll(() => close());

	it('answers within the service model, member by member, type by type, enum by enum', () => {
		expect(verdict.problems).toEqual([]);
	});

	it('was asked for every operation that it has', () => {
		expect(verdict.called).toEqual(expect.arrayContaining(Object.keys(ecrOperations)));
		expect(verdict.public).toEqual(Object.keys(ecrPublicOperations).sort());
	});

	it('refuses in classes of the model, and can play every one of them', () => {
		expect(verdict.natural.length).toBeGreaterThanOrEqual(26);
		expect(verdict.exceptions.length).toBeGreaterThanOrEqual(50);
	});

	it('leaves out nothing that moto answers for the same steps', () => {
		expect(verdict.moto).toEqual({});
	});
});
