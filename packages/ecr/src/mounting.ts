import { DescribePullThroughCacheRulesCommand, GetAccountSettingCommand } from '@aws-sdk/client-ecr';
import { explainAwsError } from '@ecr-pipeline/core';
import type { EcrAccess } from './ecr-repository.ts';

/** Whether the registry mounts layers between its repositories; off unless the account has switched it on. */
export async function isMountingEnabled({ client, data }: EcrAccess): Promise<boolean> {
	try {
		const { value } = await client.send(new GetAccountSettingCommand({ name: 'BLOB_MOUNTING' }));
		return value === 'ENABLED';
	} catch (error) {
		throw explainAwsError(error, `Could not read the settings of ${data.host}`, 'ecr:GetAccountSetting on *');
	}
}

/** The prefix of the pull-through cache rule that a repository is filled by; undefined when there is none. */
export async function cachePrefix(
	{ client, accountId, data }: EcrAccess,
	repository: string,
): Promise<string | undefined> {
	let nextToken: string | undefined;
	try {
		do {
			const page = await client.send(
				new DescribePullThroughCacheRulesCommand({
					registryId: accountId,
					...(nextToken === undefined ? {} : { nextToken }),
				}),
			);
			for (const { ecrRepositoryPrefix: prefix } of page.pullThroughCacheRules ?? [])
				if (prefix !== undefined && (prefix === 'ROOT' || repository.startsWith(`${prefix}/`))) return prefix;
			nextToken = page.nextToken;
		} while (nextToken !== undefined);
		return undefined;
	} catch (error) {
		throw explainAwsError(
			error,
			`Could not read the pull-through cache rules of ${data.host}`,
			'ecr:DescribePullThroughCacheRules on *',
		);
	}
}
