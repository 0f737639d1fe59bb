import {
	BatchGetRepositoryScanningConfigurationCommand,
	GetRegistryScanningConfigurationCommand,
	type RepositoryScanningConfiguration,
} from '@aws-sdk/client-ecr';
import { explainAwsError, messageOf, PipelineError } from '@ecr-pipeline/core';
import { type EcrAccess, explainRepositoryError } from './ecr-repository.ts';

/** How the registry is set to scan a repository, as far as the caller may know. */
export interface ScanningConfiguration {
	readonly scanType?: 'basic' | 'enhanced';
	/** `SCAN_ON_PUSH`, `CONTINUOUS_SCAN` or `MANUAL`, as given. */
	readonly frequency?: string;
	/** Tells whether a rule of the registry covers the repository. */
	readonly covered?: boolean;
	readonly repositoryArn?: string;
	/** What could not be read, and why; a sentence each. */
	readonly unknown: readonly string[];
}

/**
 * Reads the scanning configuration of the registry and of the repository. Both APIs answer for the caller's own
 * registry only (they take no registryId), so for another account's registry, and where the permission is missing, the
 * answer says that it does not know. Every other trouble is an error.
 */
export async function readScanningConfiguration(
	access: EcrAccess,
	repository: string,
	signal?: AbortSignal,
): Promise<ScanningConfiguration> {
	const [registry, settings] = await Promise.all([
		whereAllowed(() => registryScanType(access, signal)),
		whereAllowed(() => repositorySettings(access, repository, signal)),
	]);
	return {
		...('value' in registry ? registry.value : {}),
		...('value' in settings ? settings.value : {}),
		unknown: [registry, settings].flatMap((answer) => ('unknown' in answer ? [answer.unknown] : [])),
	};
}

type Known<T> = { readonly value: T } | { readonly unknown: string };

async function whereAllowed<T>(read: () => Promise<T>): Promise<Known<T>> {
	try {
		return { value: await read() };
	} catch (error) {
		if (error instanceof PipelineError && (error.code === 'access-denied' || error.code === 'refused'))
			return { unknown: messageOf(error) };
		throw error;
	}
}

async function registryScanType(
	{ client, accountId }: EcrAccess,
	signal?: AbortSignal,
): Promise<Pick<ScanningConfiguration, 'scanType'>> {
	const attempted = `Could not read the scanning configuration of the registry ${accountId}`;
	try {
		const { registryId, scanningConfiguration } = await client.send(
			new GetRegistryScanningConfigurationCommand({}),
			signal === undefined ? {} : { abortSignal: signal },
		);
		if (registryId !== undefined && registryId !== accountId) throw ofAnotherAccount(attempted, registryId);
		const scanType = scanningConfiguration?.scanType;
		if (scanType === undefined) return {};
		return { scanType: scanType === 'ENHANCED' ? 'enhanced' : 'basic' };
	} catch (error) {
		throw explainAwsError(error, attempted, 'ecr:GetRegistryScanningConfiguration on *');
	}
}

async function repositorySettings(
	{ client, accountId, data }: EcrAccess,
	repository: string,
	signal?: AbortSignal,
): Promise<Omit<ScanningConfiguration, 'scanType' | 'unknown'>> {
	const name = `${data.host}/${repository}`;
	const attempted = `Could not read the scanning configuration of ${name}`;
	try {
		const { scanningConfigurations = [] } = await client.send(
			new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [repository] }),
			signal === undefined ? {} : { abortSignal: signal },
		);
		const found = scanningConfigurations.find(({ repositoryName }) => repositoryName === repository);
		// A failure here is REPOSITORY_NOT_FOUND: the caller's own registry has none of that name, perhaps another account's has.
		if (found === undefined) throw ofAnotherAccount(attempted, undefined);
		const owner = found.repositoryArn?.split(':')[4];
		if (owner !== undefined && owner !== accountId) throw ofAnotherAccount(attempted, owner);
		return settingsOf(found);
	} catch (error) {
		throw explainRepositoryError(error, attempted, 'ecr:BatchGetRepositoryScanningConfiguration', name);
	}
}

function settingsOf({ scanFrequency, appliedScanFilters, repositoryArn }: RepositoryScanningConfiguration) {
	return {
		...(scanFrequency === undefined ? {} : { frequency: scanFrequency }),
		...(appliedScanFilters === undefined ? {} : { covered: appliedScanFilters.length > 0 }),
		...(repositoryArn === undefined ? {} : { repositoryArn }),
	};
}

function ofAnotherAccount(attempted: string, owner: string | undefined): PipelineError {
	return new PipelineError({
		code: 'refused',
		attempted,
		answer:
			owner === undefined
				? "the caller's own registry has no such repository"
				: `the answer is about the caller's own registry ${owner}, and ECR tells it for no other`,
	});
}
