import {
	type Digest,
	formatImageReference,
	type ImageReference,
	PipelineError,
	parseImageReference,
} from '@ecr-pipeline/core';
import { type Findings, findingsDocument, mergeByPlatform, type ReadFindings } from '@ecr-pipeline/findings';
import type { Document } from './documents.ts';

/** The image of a verdict, and all that is known of it. */
export interface Subject {
	/** `[registry/]repository@digest` */
	readonly image: string;
	readonly registry?: string;
	readonly repository: string;
	readonly digest: Digest;
	readonly findings: Findings;
	readonly notes: readonly string[];
}

/**
 * Says which image the verdict is about. Findings of another digest, of several, or of platforms whose scan is not
 * complete, are an error: they say nothing about this image.
 */
export function subjectOf(documents: readonly Document<ReadFindings>[], given: ImageReference | undefined): Subject {
	const reference = given ?? imageOf(documents);
	const { digest, repository } = reference;
	if (digest === undefined) throw withoutImage(documents);
	refuseOtherImages(documents, digest);
	refuseIncomplete(documents);
	const known = documents.map(({ content }) => parsed(content)).find((image) => image?.repository === repository);
	const registry = reference.registry ?? known?.registry;
	const image = formatImageReference({ ...(registry === undefined ? {} : { registry }), repository, digest });
	return {
		image,
		...(registry === undefined ? {} : { registry }),
		repository,
		digest,
		findings: merged(documents, image, repository, digest),
		notes: documents.flatMap(({ name, content }) => [
			...content.notes,
			...onePlatform(name, content),
			...(content.digests.length > 0
				? []
				: [
						`${name} does not say which image it is about (${content.format}); that it is this one was taken on trust.`,
					]),
		]),
	};
}

// Docker lists the digest of an index for the one platform that it has pulled, and scanners repeat it.
function onePlatform(name: string, { format, platforms: [scan] }: ReadFindings): string[] {
	if (format !== 'trivy' && format !== 'grype') return [];
	return [`${name} (${format}) is of ${scan?.platform} alone: other platforms that the image may have are not judged.`];
}

function merged(
	documents: readonly Document<ReadFindings>[],
	image: string,
	repository: string,
	digest: Digest,
): Findings {
	const contents = documents.map(({ content }) => content);
	const [type = 'several', ...otherTypes] = new Set(contents.map(({ scanType }) => scanType));
	const scanCompletedAt = oldest(contents.map((content) => content.scanCompletedAt));
	const sourceUpdatedAt = oldest(contents.map((content) => content.sourceUpdatedAt));
	return findingsDocument({
		image,
		repository,
		digest,
		scanType: otherTypes.length === 0 ? type : 'several',
		...(scanCompletedAt === undefined ? {} : { scanCompletedAt }),
		...(sourceUpdatedAt === undefined ? {} : { sourceUpdatedAt }),
		platforms: contents.flatMap(({ platforms }) => platforms),
		// One file is as its scanner counted; several may name the same finding.
		findings:
			contents.length === 1 ? (contents[0]?.findings ?? []) : mergeByPlatform(contents.map(({ findings }) => findings)),
	});
}

function imageOf(documents: readonly Document<ReadFindings>[]): ImageReference {
	const named = documents.map(({ content }) => content).find(({ digests }) => digests.length > 0);
	const [digest, ...others] = named?.digests ?? [];
	const image = named === undefined ? undefined : parsed(named);
	if (named === undefined || digest === undefined || others.length > 0) throw withoutImage(documents);
	if (image !== undefined) return { ...image, digest: digest as Digest };
	if (named.repository === undefined) throw withoutImage(documents);
	return { repository: named.repository, digest: digest as Digest };
}

function parsed({ image }: ReadFindings): ImageReference | undefined {
	const reference = image === undefined ? undefined : parseImageReference(image);
	return reference === undefined || 'problem' in reference ? undefined : reference;
}

function withoutImage(documents: readonly Document<ReadFindings>[]): PipelineError {
	const names = documents.map(({ name, content }) => `${name} (${content.format})`).join(', ');
	return new PipelineError({
		code: 'invalid-input',
		attempted: `Input "image": it is required here, because ${names} does not name one image by repository and digest`,
		fix: 'Give it as repository@sha256:…, the image output of build-push or wait-for-scan.',
	});
}

function refuseOtherImages(documents: readonly Document<ReadFindings>[], digest: Digest): void {
	const other = documents.find(({ content }) => content.digests.length > 0 && !content.digests.includes(digest));
	if (other === undefined) return;
	throw new PipelineError({
		code: 'refused',
		attempted: `Could not judge ${digest}`,
		answer: `the findings in ${other.name} are about ${other.content.digests.join(', ')}`,
		fix: 'Give the findings of this image: the findings-file output of the wait-for-scan step that waited for it.',
	});
}

function refuseIncomplete(documents: readonly Document<ReadFindings>[]): void {
	const incomplete = documents.flatMap(({ name, content }) =>
		content.platforms
			.filter(({ status }) => status !== 'complete')
			.map(
				({ platform, status, reason }) =>
					`${platform} is ${status}${reason === undefined ? '' : ` (${reason})`} in ${name}`,
			),
	);
	const without = documents.find(({ content }) => content.platforms.length === 0);
	if (incomplete.length === 0 && without === undefined) return;
	throw new PipelineError({
		code: 'refused',
		attempted: 'The scan is not complete, so there is no verdict',
		answer: incomplete.join('; ') || `${without?.name} names no platform that was scanned`,
		fix: 'What was not scanned could hold anything. Wait for all platforms with wait-for-scan, or build the image for those that can be scanned.',
	});
}

/** ISO times in UTC sort as text; where one is not known, neither is the oldest. */
function oldest(times: readonly (string | undefined)[]): string | undefined {
	const known = times.filter((time) => time !== undefined).sort();
	return known.length === times.length ? known[0] : undefined;
}
