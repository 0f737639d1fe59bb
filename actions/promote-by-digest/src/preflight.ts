import { messageOf } from '@ecr-pipeline/core';
import { cachePrefix, describeRepository, type EcrAccess, isMountingEnabled } from '@ecr-pipeline/ecr';
import type { Place, Sides } from './sides.ts';

/** Why bytes pass through the runner, and the one command that would make it free. */
export interface Reason {
	readonly why: string;
	readonly command?: string;
}

/** What keeps a registry from mounting the blobs of one repository in another; nothing, when they will be mounted. */
export async function whyBytesMove(source: Place, destination: Place, sides: Sides): Promise<readonly Reason[]> {
	const [from, to] = await Promise.all([
		sides.source.registries.ecr(source.registry, source.repository),
		sides.destination.registries.ecr(destination.registry, destination.repository),
	]);
	if (from === undefined || to === undefined)
		return source.registry === destination.registry
			? []
			: [
					{
						why: `${source.registry} and ${destination.registry} are two registries, and blobs are mounted within one`,
					},
				];
	if (from.accountId !== to.accountId || from.region !== to.region) return [otherRegistry(from, to, source)];
	const { ask } = sides.destination.registries;
	const answers = await Promise.all([
		findOut(() => ask(destination, mountingOff)),
		findOut(() => otherKey(source, destination, sides)),
		findOut(() => ask(source, (access) => cached(access, source))),
	]);
	return answers.filter((reason) => reason !== undefined);
}

/** An explanation must not fail a promotion: what may not be asked is said to be unknown. */
async function findOut(question: () => Promise<Reason | undefined>): Promise<Reason | undefined> {
	try {
		return await question();
	} catch (error) {
		return { why: `it could not be found out whether blobs can be mounted: ${messageOf(error)}` };
	}
}

function otherRegistry(from: EcrAccess, to: EcrAccess, source: Place): Reason {
	const differ = [
		...(from.accountId === to.accountId ? [] : [`account ${from.accountId} is not ${to.accountId}`]),
		...(from.region === to.region ? [] : [`region ${from.region} is not ${to.region}`]),
	];
	const rule = {
		rules: [
			{
				destinations: [{ region: to.region, registryId: to.accountId }],
				repositoryFilters: [{ filter: source.repository, filterType: 'PREFIX_MATCH' }],
			},
		],
	};
	return {
		why: `${differ.join(', ')}: ECR mounts blobs within one registry; a replication rule would let ECR copy what is pushed from then on`,
		command: `aws ecr put-replication-configuration --region ${from.region} --replication-configuration '${JSON.stringify(rule)}'`,
	};
}

async function mountingOff(access: EcrAccess): Promise<Reason | undefined> {
	if (await isMountingEnabled(access)) return undefined;
	return {
		why: `blob mounting is off in the account ${access.accountId}`,
		command: `aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED --region ${access.region}`,
	};
}

async function otherKey(
	source: Place,
	destination: Place,
	{ source: from, destination: to }: Sides,
): Promise<Reason | undefined> {
	const encryption = async (access: EcrAccess, { repository }: Place) =>
		(await describeRepository(access, repository))?.encryptionConfiguration;
	const [ours, theirs] = await Promise.all([
		from.registries.ask(source, (access) => encryption(access, source)),
		to.registries.ask(destination, (access) => encryption(access, destination)),
	]);
	if (ours?.encryptionType === theirs?.encryptionType && ours?.kmsKey === theirs?.kmsKey) return undefined;
	const key = ours?.kmsKey === undefined ? '' : `,kmsKey=${ours.kmsKey}`;
	const told = (one: typeof ours): string => [one?.encryptionType ?? 'AES256', one?.kmsKey].filter(Boolean).join(' ');
	return {
		why: `${source.repository} is encrypted by ${told(ours)}, ${destination.repository} by ${told(theirs)}; the encryption of a repository is chosen when it is created`,
		command: `aws ecr create-repository --repository-name ${destination.repository} --encryption-configuration encryptionType=${ours?.encryptionType ?? 'AES256'}${key}`,
	};
}

async function cached(access: EcrAccess, { repository }: Place): Promise<Reason | undefined> {
	const prefix = await cachePrefix(access, repository);
	if (prefix === undefined) return undefined;
	return {
		why: `${repository} is filled by the pull-through cache rule ${prefix}, and ECR does not mount blobs of such images`,
	};
}
