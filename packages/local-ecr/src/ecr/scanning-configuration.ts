import type {
	BatchGetRepositoryScanningConfigurationRequest,
	BatchGetRepositoryScanningConfigurationResponse,
	GetRegistryScanningConfigurationResponse,
	PutImageScanningConfigurationRequest,
	PutImageScanningConfigurationResponse,
	PutRegistryScanningConfigurationRequest,
	PutRegistryScanningConfigurationResponse,
	RegistryScanningConfiguration,
	RepositoryScanningConfiguration,
} from '@aws-sdk/client-ecr';
import { matchesWildcard } from '../aws/arn.ts';
import type { Call, Operations } from '../aws/call.ts';
import { invalidParameter } from '../aws/service-error.ts';
import type { Registry, ScanFrequency } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';
import { scansOnPush } from '../scan/basic.ts';
import { scanFrequencyOf } from '../scan/player.ts';
import { assertCount, required, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

/** The frequencies that each kind of scanning takes (API reference, RegistryScanningRule). */
const FREQUENCIES: Readonly<Record<string, readonly ScanFrequency[]>> = {
	BASIC: ['SCAN_ON_PUSH', 'MANUAL'],
	ENHANCED: ['SCAN_ON_PUSH', 'CONTINUOUS_SCAN'],
};

function get(_input: object, { own }: Call): GetRegistryScanningConfigurationResponse {
	return { registryId: own.account, scanningConfiguration: configurationShape(own) };
}

function put(input: PutRegistryScanningConfigurationRequest, call: Call): PutRegistryScanningConfigurationResponse {
	const { own, world } = call;
	const scanType = input.scanType ?? own.scanning.scanType;
	const allowed = FREQUENCIES[scanType];
	if (allowed === undefined) throw invalidParameter('scanType', 'must satisfy enum value set: [BASIC, ENHANCED]');
	const rules = (input.rules ?? []).map((rule) => {
		const scanFrequency = allowed.find((frequency) => frequency === rule.scanFrequency);
		if (scanFrequency === undefined)
			throw invalidParameter('scanFrequency', `must be one of [${allowed.join(', ')}] for ${scanType} scanning`);
		const filters = required(rule.repositoryFilters, 'repositoryFilters').map(({ filter }) =>
			required(filter, 'filter'),
		);
		return { scanFrequency, filters };
	});
	if (rules.length > 2) throw invalidParameter('rules', 'length <= 2');
	own.scanning = { scanType, rules, since: world.clock.now() };
	return { registryScanningConfiguration: configurationShape(own) };
}

function configurationShape({ scanning }: Registry): RegistryScanningConfiguration {
	return {
		scanType: scanning.scanType,
		rules: scanning.rules.map(({ scanFrequency, filters }) => ({
			scanFrequency,
			repositoryFilters: filters.map((filter) => ({ filter, filterType: 'WILDCARD' })),
		})),
	};
}

function putForRepository(
	input: PutImageScanningConfigurationRequest,
	call: Call,
): PutImageScanningConfigurationResponse {
	const { registry, repository } = targetOf(input, call);
	const { scanOnPush = false } = required(input.imageScanningConfiguration, 'imageScanningConfiguration');
	repository.scanOnPush = scanOnPush;
	return { ...identityShape(registry, repository), imageScanningConfiguration: { scanOnPush } };
}

function batchGet(
	input: BatchGetRepositoryScanningConfigurationRequest,
	{ own }: Call,
): BatchGetRepositoryScanningConfigurationResponse {
	assertCount(input.repositoryNames, 'repositoryNames', 25);
	const names = input.repositoryNames ?? [];
	const found = names.flatMap((name) => own.repositories.get(name) ?? []);
	return {
		scanningConfigurations: found.map((repository) => repositoryConfiguration(own, repository)),
		failures: names
			.filter((name) => !own.repositories.has(name))
			.map((repositoryName) => ({
				repositoryName,
				failureCode: 'REPOSITORY_NOT_FOUND',
				failureReason: `The repository with name '${repositoryName}' does not exist in the registry with id '${own.account}'`,
			})),
	};
}

function repositoryConfiguration(registry: Registry, repository: Repository): RepositoryScanningConfiguration {
	const filters = registry.scanning.rules.flatMap((rule) => rule.filters);
	return {
		repositoryArn: repository.arn,
		repositoryName: repository.name,
		scanOnPush: scansOnPush(registry, repository),
		scanFrequency: scanFrequencyOf(registry, repository),
		appliedScanFilters: filters
			.filter((filter) => matchesWildcard(filter, repository.name))
			.map((filter) => ({ filter, filterType: 'WILDCARD' })),
	};
}

export const scanningConfigurationOperations: Operations = {
	GetRegistryScanningConfiguration: get,
	PutRegistryScanningConfiguration: put,
	PutImageScanningConfiguration: putForRepository,
	BatchGetRepositoryScanningConfiguration: batchGet,
};
