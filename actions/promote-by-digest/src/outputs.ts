import type { OutputValue } from '@ecr-pipeline/core';
import type { PromoteResult, Promotion } from './promote.ts';

/** The outputs under the contract's names. */
export function outputsOf(result: PromoteResult): Record<string, OutputValue> {
	const { promotions, digest } = result;
	const [first] = promotions;
	const sum = (count: (promotion: Promotion) => number): number =>
		promotions.reduce((total, promotion) => total + count(promotion), 0);
	const outputs = {
		image: first === undefined ? '' : `${first.name}@${digest}`,
		digest,
		images: promotions.map((promotion) => imageOf(promotion, digest)),
		changed: promotions.some(({ changed }) => changed),
		'previous-digest': promotions.find(({ previousDigest }) => previousDigest !== undefined)?.previousDigest ?? '',
		'bytes-copied': sum(({ counts }) => counts.bytesCopied),
		'blobs-mounted': sum(({ counts }) => counts.blobsMounted),
		'blobs-skipped': sum(({ counts }) => counts.blobsSkipped),
	};
	return {
		...outputs,
		result: { action: 'promote-by-digest', source: `${result.source}@${digest}`, 'dry-run': result.dryRun, ...outputs },
	};
}

function imageOf(promotion: Promotion, digest: string): object {
	return {
		image: `${promotion.name}@${digest}`,
		registry: promotion.registry,
		repository: promotion.repository,
		digest,
		tags: Object.fromEntries(promotion.tags.map(({ tag, outcome }) => [tag, outcome])),
		changed: promotion.changed,
		'previous-digest': promotion.previousDigest ?? '',
		referrers: promotion.evidence,
	};
}
