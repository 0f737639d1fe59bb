import { fileURLToPath } from 'node:url';
import { startLocalEcr } from '@ecr-pipeline/local-ecr';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ECR_NOT_IMPLEMENTED, ecrOperations } from '../../../packages/local-ecr/src/ecr/operations.ts';
import {
	ECR_PUBLIC_NOT_IMPLEMENTED,
	ecrPublicOperations,
} from '../../../packages/local-ecr/src/ecr-public/operations.ts';
import { ecsOperations } from '../../../packages/local-ecr/src/ecs/operations.ts';
import { inspectorOperations } from '../../../packages/local-ecr/src/inspector/operations.ts';
import { MOTO_DIFFERS } from './moto-differs.ts';
import { execute, pythonWithBoto } from './python.ts';
import { type Judged, tableOf } from './table.ts';

type Service = 'ecr' | 'ecr-public' | 'ecs' | 'sts' | 'inspector2';

interface Compared {
	readonly steps: readonly string[];
	readonly differences: Readonly<
		Record<string, { readonly ours: readonly string[]; readonly moto: readonly string[] }>
	>;
}

const found = await pythonWithBoto();
if ('missing' in found) process.stderr.write(`SKIPPED: boto3 as judge of local-ecr: ${found.missing}\n`);
const judged = 'python' in found ? describe : describe.skip;

/** Runs one of the scripts beside this file against a server of its own. */
async function ask<Answer>(script: string, seed: object): Promise<Answer> {
	const server = await startLocalEcr({ seeds: [JSON.stringify(seed)] });
	try {
		// An endpoint in the environment would lead the client of moto to local-ecr too.
		const { AWS_ENDPOINT_URL = '', ...environment } = server.environment();
		const path = fileURLToPath(new URL(script, import.meta.url));
		const { stdout } = await execute('python' in found ? found.python : '', [path, AWS_ENDPOINT_URL], {
			env: { ...process.env, ...environment },
			maxBuffer: 16 * 1024 * 1024,
		});
		return JSON.parse(stdout) as Answer;
	} finally {
		await server.close();
	}
}

judged('local-ecr, as boto3 sees it', () => {
	let verdict: Readonly<Record<Service, Judged>>;
	const HAVE: Readonly<Record<Service, readonly string[]>> = {
		ecr: Object.keys(ecrOperations),
		'ecr-public': Object.keys(ecrPublicOperations),
		ecs: Object.keys(ecsOperations),
		inspector2: Object.keys(inspectorOperations),
		sts: ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity'],
	};
	const SERVICES = Object.keys(HAVE) as Service[];

	beforeAll(async () => {
		verdict = await ask('judge.py', {});
	}, 180_000);
	afterAll(() => {
		for (const service of SERVICES) process.stdout.write(`\n${tableOf(service, verdict[service])}\n`);
	});

	it.each(SERVICES)('answers within the model of %s, member by member, type by type, enum by enum', (service) => {
		expect(verdict[service].problems).toEqual([]);
	});

	it.each(SERVICES)('was asked for every operation of %s that it has, and has no other', (service) => {
		expect(Object.keys(verdict[service].operations)).toEqual([...HAVE[service]].sort());
	});

	it.each(SERVICES)('raises every exception that the model has for an operation of %s', (service) => {
		const never = Object.entries(verdict[service].operations).filter(([, { never: left }]) => left.length > 0);
		expect(never).toEqual([]);
	});

	it('comes by most exceptions of ECR by itself, not by a fault', () => {
		const natural = new Set(Object.values(verdict.ecr.operations).flatMap((operation) => operation.natural));
		expect(natural.size).toBeGreaterThanOrEqual(34);
	});

	it.each([
		['ecr', ECR_NOT_IMPLEMENTED],
		['ecr-public', ECR_PUBLIC_NOT_IMPLEMENTED],
	] as const)('names what it has not of the model of %s, and says so to whoever asks for it', (service, missing) => {
		expect(Object.keys(verdict[service].missing).sort()).toEqual([...missing].sort());
		for (const [operation, refusal] of Object.entries(verdict[service].missing))
			expect(refusal).toContain(`UnknownOperationException: local-ecr does not implement ${service}:${operation}`);
	});
});

judged('local-ecr, beside moto', () => {
	it('answers the same steps in the same shape, but for what is explained', async () => {
		const attributes = [{ key: 'package_name', value: 'openssl' }];
		const finding = { name: 'CVE-2024-0001', severity: 'HIGH', uri: 'https://example.com', attributes };
		const { steps, differences } = await ask<Compared>('compare.py', {
			findings: [{ repository: 'same/app', findings: [finding] }],
		});
		const explained = Object.fromEntries(MOTO_DIFFERS.map(({ step, ours, moto }) => [step, { ours, moto }]));
		expect(differences).toEqual(explained);
		expect(steps.length).toBeGreaterThanOrEqual(80);
		const lines = MOTO_DIFFERS.map(({ step, right, why }) => `  ${step}: ${right} is right: ${why}`);
		const same = `${steps.length - lines.length} of ${steps.length} steps have the same keys and types on both sides`;
		process.stdout.write(`\nlocal-ecr and moto: ${same}\n${lines.join('\n')}\n`);
	}, 180_000);
});
