import type {
	DeleteLifecyclePolicyRequest,
	DeleteLifecyclePolicyResponse,
	GetLifecyclePolicyPreviewRequest,
	GetLifecyclePolicyPreviewResponse,
	GetLifecyclePolicyRequest,
	GetLifecyclePolicyResponse,
	LifecyclePolicyPreviewResult,
	PutLifecyclePolicyRequest,
	PutLifecyclePolicyResponse,
	StartLifecyclePolicyPreviewRequest,
	StartLifecyclePolicyPreviewResponse,
} from '@aws-sdk/client-ecr';
import type { Call, Operations } from '../aws/call.ts';
import { pageOf } from '../aws/paging.ts';
import { ServiceError } from '../aws/service-error.ts';
import { tagsOf } from '../registry/image.ts';
import { type DueImage, dueImages } from '../registry/lifecycle.ts';
import { readLifecyclePolicy } from '../registry/lifecycle-policy.ts';
import type { LifecyclePreview, Repository } from '../registry/repository.ts';
import { required, type Target, targetOf } from './input.ts';
import { identityShape } from './shapes.ts';

const PREVIEW_MS = 1000;

function put(input: PutLifecyclePolicyRequest, call: Call): PutLifecyclePolicyResponse {
	const { registry, repository } = targetOf(input, call);
	const lifecyclePolicyText = required(input.lifecyclePolicyText, 'lifecyclePolicyText');
	readLifecyclePolicy(lifecyclePolicyText);
	repository.lifecyclePolicy = lifecyclePolicyText;
	repository.lifecycleEvaluatedAt = call.world.clock.now();
	return { ...identityShape(registry, repository), lifecyclePolicyText };
}

function get(input: GetLifecyclePolicyRequest, call: Call): GetLifecyclePolicyResponse {
	return policyShape(targetOf(input, call));
}

function remove(input: DeleteLifecyclePolicyRequest, call: Call): DeleteLifecyclePolicyResponse {
	const target = targetOf(input, call);
	const shape = policyShape(target);
	target.repository.lifecyclePolicy = undefined;
	return shape;
}

function policyShape(target: Target): GetLifecyclePolicyResponse {
	const { lifecycleEvaluatedAt } = target.repository;
	return {
		...identityShape(target.registry, target.repository),
		lifecyclePolicyText: policyOf(target),
		lastEvaluatedAt: lifecycleEvaluatedAt === undefined ? undefined : new Date(lifecycleEvaluatedAt),
	};
}

function start(input: StartLifecyclePolicyPreviewRequest, call: Call): StartLifecyclePolicyPreviewResponse {
	const target = targetOf(input, call);
	const { registry, repository } = target;
	const policyText = input.lifecyclePolicyText ?? policyOf(target);
	readLifecyclePolicy(policyText);
	const { preview } = repository;
	const now = call.world.clock.now();
	if (preview !== undefined && statusOf(preview, now) === 'IN_PROGRESS')
		throw new ServiceError(
			'LifecyclePolicyPreviewInProgressException',
			`The lifecycle policy preview for the repository with name '${repository.name}' in the registry with id '${registry.account}' is in progress`,
		);
	repository.preview = { policyText, startedAt: now };
	return { ...identityShape(registry, repository), lifecyclePolicyText: policyText, status: 'IN_PROGRESS' };
}

function getPreview(input: GetLifecyclePolicyPreviewRequest, call: Call): GetLifecyclePolicyPreviewResponse {
	const { registry, repository } = targetOf(input, call);
	const { preview } = repository;
	if (preview === undefined)
		throw new ServiceError(
			'LifecyclePolicyPreviewNotFoundException',
			`Lifecycle policy preview does not exist for the repository with name '${repository.name}' in the registry with id '${registry.account}'`,
		);
	const status = statusOf(preview, call.world.clock.now());
	const shape = { ...identityShape(registry, repository), lifecyclePolicyText: preview.policyText, status };
	if (status === 'IN_PROGRESS') return shape;
	const due = dueImages(repository, preview.policyText, preview.startedAt);
	const transitioning = due.filter(({ action }) => action === 'transition').length;
	const wanted = due.map((one) => resultShape(repository, one)).filter((result) => isWanted(input, result));
	const page = pageOf(wanted, input, 100, 100);
	return {
		...shape,
		previewResults: [...page.items],
		nextToken: page.nextToken,
		summary: {
			expiringImageTotalCount: due.length - transitioning,
			...(transitioning === 0
				? {}
				: { transitioningImageTotalCounts: [{ targetStorageClass: 'ARCHIVE', imageTotalCount: transitioning }] }),
		},
	};
}

function statusOf({ startedAt }: LifecyclePreview, now: number): 'IN_PROGRESS' | 'COMPLETE' {
	return now - startedAt < PREVIEW_MS ? 'IN_PROGRESS' : 'COMPLETE';
}

function isWanted(
	{ imageIds, filter }: GetLifecyclePolicyPreviewRequest,
	{ imageDigest, imageTags = [] }: LifecyclePolicyPreviewResult,
): boolean {
	const status = filter?.tagStatus ?? 'ANY';
	if (status !== 'ANY' && (status === 'TAGGED') !== imageTags.length > 0) return false;
	return (
		imageIds === undefined ||
		imageIds.some((id) => id.imageDigest === imageDigest || imageTags.includes(id.imageTag ?? ''))
	);
}

function resultShape(repository: Repository, { image, rulePriority, action }: DueImage): LifecyclePolicyPreviewResult {
	return {
		imageTags: tagsOf(repository, image.digest),
		imageDigest: image.digest,
		imagePushedAt: new Date(image.pushedAt),
		action: action === 'expire' ? { type: 'EXPIRE' } : { type: 'TRANSITION', targetStorageClass: 'ARCHIVE' },
		appliedRulePriority: rulePriority,
		storageClass: image.archiving !== undefined && image.archiving.restoredAt === undefined ? 'ARCHIVE' : 'STANDARD',
	};
}

function policyOf({ registry, repository }: Target): string {
	if (repository.lifecyclePolicy !== undefined) return repository.lifecyclePolicy;
	throw new ServiceError(
		'LifecyclePolicyNotFoundException',
		`Lifecycle policy does not exist for the repository with name '${repository.name}' in the registry with id '${registry.account}'`,
	);
}

export const lifecycleOperations: Operations = {
	PutLifecyclePolicy: put,
	GetLifecyclePolicy: get,
	DeleteLifecyclePolicy: remove,
	StartLifecyclePolicyPreview: start,
	GetLifecyclePolicyPreview: getPreview,
};
