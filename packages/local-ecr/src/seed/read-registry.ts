import { TAG_MUTABILITIES } from '../registry/mutability.ts';
import type { ScanFrequency } from '../registry/registry.ts';
import { withoutAbsent } from './absent.ts';
import type { SeedRegistry, SeedRepository } from './document.ts';
import { type Fields, readFields } from './fields.ts';
import { readLifecycle, readPolicy } from './read-policy.ts';

const FREQUENCIES: readonly ScanFrequency[] = ['SCAN_ON_PUSH', 'CONTINUOUS_SCAN', 'MANUAL'];

export function readRegistry(fields: Fields, problems: string[]): SeedRegistry {
	const scanning = fields.object('scanning');
	const registry: SeedRegistry = {
		account: fields.text('account'),
		region: fields.text('region'),
		settings: fields.map('settings'),
		scanning:
			scanning === undefined
				? undefined
				: { scanType: scanning.choice('type', ['BASIC', 'ENHANCED'] as const) ?? 'BASIC', rules: readRules(scanning) },
		repositories: readRepositories(fields, problems),
	};
	scanning?.end();
	fields.end();
	return registry;
}

function readRules(scanning: Fields) {
	return scanning.objects('rules').map((rule) => {
		const frequency = rule.choice('frequency', FREQUENCIES);
		const read = {
			scanFrequency: rule.need('frequency', frequency, 'MANUAL'),
			filters: rule.texts('filters') ?? ['*'],
		};
		rule.end();
		return read;
	});
}

/** A repository is a mapping, or its name alone. */
export function readRepositories(fields: Fields, problems: string[]): SeedRepository[] {
	const given = fields.raw('repositories');
	if (given === undefined) return [];
	const path = fields.path === '' ? 'repositories' : `${fields.path}.repositories`;
	if (!Array.isArray(given)) {
		problems.push(`${path} must be a list`);
		return [];
	}
	return given.map((one: unknown, index) =>
		readRepository(readFields(typeof one === 'string' ? { name: one } : one, `${path}[${index}]`, problems), problems),
	);
}

function readRepository(fields: Fields, problems: string[]): SeedRepository {
	const encryption = fields.object('encryption');
	const kmsKey = encryption?.text('kmsKey');
	const settings = withoutAbsent({
		mutability: fields.choice('mutability', TAG_MUTABILITIES),
		exclusionFilters: fields.texts('exclusionFilters'),
		scanOnPush: fields.flag('scanOnPush'),
		encryption:
			encryption === undefined
				? undefined
				: { type: encryption.text('type') ?? 'AES256', ...(kmsKey === undefined ? {} : { kmsKey }) },
		policy: readPolicy(fields, 'policy', 'resource', problems),
		lifecyclePolicy: readLifecycle(fields, 'lifecyclePolicy', problems),
	});
	const repository: SeedRepository = {
		...settings,
		name: fields.need('name', fields.text('name'), ''),
		resourceTags: fields.map('tags'),
	};
	encryption?.end();
	fields.end();
	return repository;
}
