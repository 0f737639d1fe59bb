import type { OutputValue } from '@ecr-pipeline/core';
import type { PromoteResult, Promotion } from './result.ts';

/** The outputs under the contract's names. */
export function outputsOf(result: PromoteResult): Record<string, OutputValue> {
	const { promotions } = result;
	const [first] = promotions;
	const sum = (count: (promotion: Promotion) => number): number =>
		promotions.reduce((total, promotion) => total + count(promotion), 0);
	const outputs = {
		image: first === undefined ? '' : `${first.name}@${first.digest}`,
		digest: first?.digest ?? '',
		images: promotions.map(imageOf),
		changed: promotions.some(({ changed }) => changed),
		'previous-digest': promotions.find(({ previousDigest }) => previousDigest !== undefined)?.previousDigest ?? '',
		'bytes-copied': sum(({ counts }) => counts.bytesCopied),
		'blobs-mounted': sum(({ counts }) => counts.blobsMounted),
		'blobs-skipped': sum(({ counts }) => counts.blobsSkipped),
	};
	return {
		...outputs,
		result: {
			schemaVersion: 1,
			action: 'promote-by-digest',
			source: first?.source ?? '',
			'dry-run': result.dryRun,
			...(result.platforms === undefined ? {} : { platforms: result.platforms }),
			'replicated-to': result.replicatedTo,
			...outputs,
		},
	};
}

function imageOf(promotion: Promotion): object {
	const { name, digest, registry, repository, counts, plan, record } = promotion;
	return {
		image: `${name}@${digest}`,
		source: promotion.source,
		registry,
		repository,
		digest,
		tags: Object.fromEntries(promotion.tags.map(({ tag, outcome }) => [tag, outcome])),
		changed: promotion.changed,
		'previous-digest': promotion.previousDigest ?? '',
		referrers: promotion.evidence,
		'bytes-copied': counts.bytesCopied,
		'blobs-copied': counts.blobsCopied,
		'blobs-mounted': counts.blobsMounted,
		'blobs-skipped': counts.blobsSkipped,
		reasons: promotion.reasons,
		...(plan === undefined ? {} : { plan }),
		...(record === undefined ? {} : { record }),
	};
}
