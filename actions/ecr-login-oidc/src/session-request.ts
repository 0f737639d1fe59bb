import { type Context, PipelineError } from '@ecr-pipeline/core';
import {
	ambientCaller,
	canRequestToken,
	hasAmbientCredentials,
	mayBeOnAws,
	parseEcrHost,
	type SessionRequest,
} from '@ecr-pipeline/ecr';
import type { LoginInputs } from './inputs.ts';
import { type PolicyPlace, sessionPolicy } from './session-policy.ts';
import { DROPPABLE_TAGS, sessionTags } from './session-tags.ts';

/** What to ask STS for; undefined where no role is to be assumed. */
export async function sessionRequest(inputs: LoginInputs, context: Context): Promise<SessionRequest | undefined> {
	if (inputs.role === undefined) return undefined;
	warnOfWhatIsNotSent(inputs, context);
	const role = inputs.role.startsWith('arn:') ? inputs.role : await roleByName(inputs.role, inputs.region, context);
	const policy = inputs.scopes.length === 0 ? inputs.policy : scopePolicy(inputs, inputs.chain.at(-1)?.arn ?? role);
	return {
		region: inputs.region,
		role,
		audience: inputs.audience,
		sessionName: inputs.sessionName,
		durationSeconds: inputs.durationSeconds,
		...(inputs.externalId === undefined ? {} : { externalId: inputs.externalId }),
		tags: inputs.skipSessionTagging ? {} : sessionTags(context.env, inputs.tags),
		droppableTags: DROPPABLE_TAGS.filter((name) => !(name in inputs.tags)),
		transitiveTagKeys: inputs.transitiveTagKeys,
		chain: inputs.chain,
		...(policy === undefined ? {} : { policy }),
		policyArns: inputs.policyArns,
		...(inputs.tokenFile === undefined ? {} : { tokenFile: inputs.tokenFile }),
		attempts: inputs.attempts,
	};
}

/** The policy of the scopes, on the repositories of every registry that is logged in to. */
function scopePolicy(
	{ scopes, repositories, region, registries, registryType }: LoginInputs,
	lastRole: string,
): string {
	const [, partition = 'aws', , , accountId = ''] = lastRole.split(':');
	const own: PolicyPlace = { partition, region, accountId };
	const further = registries.flatMap((registry): PolicyPlace[] => {
		if (/^\d{12}$/.test(registry)) return [{ ...own, accountId: registry }];
		const shape = parseEcrHost(registry);
		return shape === undefined ? [] : [{ partition, ...shape }];
	});
	return sessionPolicy(scopes, repositories, [own, ...further], registryType);
}

/** STS takes neither tags nor an external id together with a token (API reference, AssumeRoleWithWebIdentity). */
function warnOfWhatIsNotSent({ tokenFile, chain, tags, transitiveTagKeys, externalId }: LoginInputs, context: Context) {
	if (tokenFile === undefined && !canRequestToken(context.env)) return;
	const unsent = [
		...(chain.length === 0 && Object.keys(tags).length > 0 ? ['custom-tags'] : []),
		...(chain.length === 0 && transitiveTagKeys.length > 0 ? ['transitive-tag-keys'] : []),
		...(externalId === undefined ? [] : ['role-external-id']),
	];
	if (unsent.length === 0) return;
	context.log.warning(
		`${unsent.join(', ')}: not sent, since STS takes none when a role is assumed by a token. Tags go to the roles of role-chain, and an external id stands behind its role there.`,
	);
}

/** The ARN of a role that is given by name: in the account, and so the partition, of the ambient credentials. */
async function roleByName(name: string, region: string, context: Context): Promise<string> {
	if (!hasAmbientCredentials(context.env) && !mayBeOnAws(context.env)) {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `role-to-assume is the name ${name}, and there are no AWS credentials that say in which account`,
			fix: 'Give the ARN of the role.',
		});
	}
	const { partition, accountId } = await ambientCaller(region, context);
	return `arn:${partition}:iam::${accountId}:role/${name}`;
}
