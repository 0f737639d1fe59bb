import type { Context, Digest } from '@ecr-pipeline/core';
import type { Destination } from './destination.ts';
import { type FoundEvidence, findEvidence, NO_EVIDENCE, subjectsOf } from './evidence.ts';
import { forAll } from './failures.ts';
import type { PromoteInputs, Release } from './inputs.ts';
import type { Plan } from './plan.ts';
import { readPolicyDigest } from './policy.ts';
import type { Source } from './source.ts';
import { type AcceptedVerdict, assertVerdict } from './verdict.ts';

/** One image on its way to one destination. */
export interface Job {
	readonly source: Source;
	readonly destination: Destination;
	readonly verdict?: AcceptedVerdict;
	/** What belongs to the image; looked for once for all of its destinations. */
	readonly evidence: () => Promise<FoundEvidence>;
}

/** Every image must be let through before the first byte of any moves. */
export async function checkVerdicts(
	{ releases }: Plan,
	inputs: PromoteInputs,
	context: Context,
): Promise<readonly Job[]> {
	const policy = inputs.policyFile === undefined ? undefined : await readPolicyDigest(inputs.policyFile);
	const checked = await forAll(
		releases,
		'Nothing has been copied.',
		async ({ release, source, destinations }): Promise<Job[]> => {
			const verdict = await verdictOf(release, source, policy, inputs, context);
			const evidence = lookOnce(source, inputs.referrers);
			return destinations.map((destination) => ({
				source,
				destination,
				evidence,
				...(verdict === undefined ? {} : { verdict }),
			}));
		},
	);
	return checked.flat();
}

async function verdictOf(
	{ verdictFile }: Release,
	{ original, repository }: Source,
	policyDigest: Digest | undefined,
	{ requireVerdict, maxVerdictAge }: PromoteInputs,
	context: Context,
): Promise<AcceptedVerdict | undefined> {
	if (verdictFile === undefined && !requireVerdict) return undefined;
	return assertVerdict(
		{
			digest: original.digest,
			from: verdictFile === undefined ? { repository } : { file: verdictFile },
			maxAge: maxVerdictAge,
			...(policyDigest === undefined ? {} : { policyDigest }),
		},
		context,
	);
}

function lookOnce({ repository, original, root, graph }: Source, referrers: boolean): Job['evidence'] {
	let looking: Promise<FoundEvidence> | undefined;
	const look = async (): Promise<FoundEvidence> => {
		const subjects = await subjectsOf(root, graph);
		// An index that has just been made has nothing attached to it; what its platforms have comes along.
		return findEvidence(repository, root === original ? subjects : subjects.filter((one) => one !== root.digest));
	};
	return () => {
		looking ??= referrers ? look() : Promise.resolve(NO_EVIDENCE);
		return looking;
	};
}

/** The tags that are still to be set. */
export function outstanding({ tags }: Destination): Destination['tags'] {
	return tags.filter(({ outcome }) => outcome !== 'unchanged');
}
