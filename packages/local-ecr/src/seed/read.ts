import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { parse } from 'yaml';
import type { Role } from '../sts/roles.ts';
import { withoutAbsent } from './absent.ts';
import { type Seed, type SeedCredentials, type SeedEcs, SeedError } from './document.ts';
import { type Fields, readFields } from './fields.ts';
import { readFindings } from './read-findings.ts';
import { readPolicy } from './read-policy.ts';
import { readRegistry, readRepositories } from './read-registry.ts';

/** Reads a seed from YAML or JSON text. @throws SeedError naming every problem */
export function readSeed(text: string): Seed {
	let document: unknown;
	try {
		document = parse(text) ?? {};
	} catch (error) {
		throw new SeedError([`it is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`]);
	}
	const problems: string[] = [];
	const fields = readFields(document, '', problems);
	const seed = seedOf(fields, problems);
	fields.end();
	if (problems.length > 0) throw new SeedError(problems);
	return seed;
}

function seedOf(fields: Fields, problems: string[]): Seed {
	const own = readRepositories(fields, problems);
	const github = fields.object('github');
	const scans = fields.object('scans');
	const seed: Seed = {
		registries: [
			...(own.length === 0
				? []
				: [{ account: undefined, region: undefined, settings: {}, scanning: undefined, repositories: own }]),
			...fields.objects('registries').map((registry) => readRegistry(registry, problems)),
		],
		roles: fields.objects('roles').map((role) => readRole(role, problems)),
		policies: fields.objects('policies').map((policy) => readManagedPolicy(policy, problems)),
		credentials: fields.objects('credentials').map(readCredentials),
		github: { claims: github?.map('claims') ?? {}, requestToken: github?.text('requestToken') },
		scanSeconds: scans?.number('seconds'),
		findings: readFindings(fields.raw('findings'), 'findings', problems),
		ecs: fields.objects('ecs').map(readEcs),
	};
	github?.end();
	scans?.end();
	return seed;
}

function readManagedPolicy(fields: Fields, problems: string[]) {
	const document = readPolicy(fields, 'document', 'identity', problems);
	const policy = {
		arn: fields.need('arn', fields.text('arn'), ''),
		document: fields.need('document', document, '{"Statement": []}'),
	};
	fields.end();
	return policy;
}

function readRole(fields: Fields, problems: string[]): Role {
	const trust = fields.object('trust');
	const policy = readPolicy(fields, 'policy', 'identity', problems);
	const role = {
		arn: fields.need('arn', fields.text('arn'), ''),
		...(policy === undefined ? {} : { policy }),
		maxSessionDuration: fields.number('maxSessionDuration') ?? 3600,
		trust: withoutAbsent({
			audience: trust?.text('audience'),
			subjects: trust?.texts('subjects'),
			principals: trust?.texts('principals'),
			externalId: trust?.text('externalId'),
			tagSession: trust?.flag('tagSession'),
		}),
	};
	trust?.end();
	fields.end();
	return role;
}

function readCredentials(fields: Fields): SeedCredentials {
	const credentials = {
		accessKeyId: fields.need('accessKeyId', fields.text('accessKeyId'), ''),
		account: fields.need('account', fields.text('account'), ''),
		user: fields.text('user') ?? 'seeded',
	};
	fields.end();
	return credentials;
}

function readEcs(fields: Fields): SeedEcs {
	const definitions = fields.raw('taskDefinitions');
	const ecs: SeedEcs = {
		account: fields.text('account'),
		region: fields.text('region'),
		clusters: fields.texts('clusters') ?? [],
		// In the words of RegisterTaskDefinition, which refuses what is wrong with them.
		taskDefinitions: (Array.isArray(definitions) ? definitions : []) as RegisterTaskDefinitionRequest[],
		services: fields.objects('services').map((service) => {
			const settings = {
				cluster: service.text('cluster') ?? 'default',
				name: service.need('name', service.text('name'), ''),
				taskDefinition: service.need('taskDefinition', service.text('taskDefinition'), ''),
				desiredCount: service.number('desiredCount') ?? 1,
				outcome: service.choice('outcome', ['succeed', 'roll-back'] as const) ?? 'succeed',
				rolloutSeconds: service.number('rolloutSeconds') ?? 1,
			} as const;
			service.end();
			return settings;
		}),
	};
	fields.end();
	return ecs;
}
