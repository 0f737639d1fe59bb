import { type Digest, digestOf, PipelineError } from '@ecr-pipeline/core';
import {
	type ImageRepository,
	type ImageSource,
	listReferrers,
	type Manifest,
	parseManifest,
	readBlob,
} from '@ecr-pipeline/registry';
import { attachStatement, CREATED_ANNOTATION, PREDICATE_ANNOTATION, STATEMENT_TYPE } from './statement-referrer.ts';

const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';
// A verdict is a few kilobytes; nothing larger is read for one.
const LARGEST = 1024 * 1024;

/** A verdict that was found on an image: its statement, not yet judged. */
export interface AttachedVerdict {
	/** Digest of the referrer. */
	readonly digest: Digest;
	/** The in-toto statement, as its bytes were pushed. */
	readonly text: string;
	/** When it was reached, ISO 8601, as its referrer says. */
	readonly created: string;
}

/**
 * Pushes a verdict as an OCI 1.1 referrer of an image. The same verdict gives the same referrer.
 * @param statement the verdict file
 * @param created milliseconds since 1970
 * @returns the digest of the referrer
 */
export async function attachVerdict(
	target: ImageRepository,
	subject: Digest,
	statement: string,
	created: number,
): Promise<Digest> {
	const image = (await target.manifests([subject])).get(subject);
	if (image === undefined)
		throw new PipelineError({
			code: 'not-found',
			attempted: `Could not attach the verdict to ${target.name}@${subject}`,
			answer: 'the image is not there',
			fix: 'Attach it in the repository that the image was scanned in.',
		});
	return attachStatement(target, image, { text: statement, predicateType: PREDICATE_TYPE, created });
}

/**
 * The verdicts attached to an image, the newest first. Only the first may decide: an older PASSED does not outlive a newer
 * FAILED.
 * @param limit how many are read
 */
export async function findVerdicts(
	source: ImageSource & Pick<ImageRepository, 'referrers'>,
	subject: Digest,
	limit = 1,
): Promise<AttachedVerdict[]> {
	const referrers = (await listReferrers(source, subject))
		.filter(({ artifactType, annotations }) => {
			const predicate = annotations?.[PREDICATE_ANNOTATION];
			return artifactType === STATEMENT_TYPE && predicate === PREDICATE_TYPE;
		})
		.map(({ digest, annotations }) => ({ digest, created: annotations?.[CREATED_ANNOTATION] ?? '' }))
		// Of two of the same time the order is that of their digests: the same image always gives the same answer.
		.sort((one, other) => compare(time(other), time(one)) || compare(one.digest, other.digest))
		.slice(0, limit);
	const manifests = await source.manifests(referrers.map(({ digest }) => digest));
	return Promise.all(
		referrers.map(async ({ digest, created }) => ({
			digest,
			created,
			text: await statementOf(source, manifests.get(digest), `${source.name}@${digest}`),
		})),
	);
}

async function statementOf(source: ImageSource, manifest: Manifest | undefined, name: string): Promise<string> {
	const parsed = manifest === undefined ? undefined : parseManifest(manifest);
	const [layer, ...others] = parsed?.kind === 'image' ? parsed.layers : [];
	if (layer === undefined || others.length > 0)
		throw new PipelineError({
			code: 'corrupt',
			attempted: `Could not read the verdict ${name}`,
			answer: manifest === undefined ? 'the registry lists it and does not have it' : 'it does not have one layer',
		});
	const bytes = await readBlob(source, layer, LARGEST);
	if (digestOf(bytes) !== layer.digest)
		throw new PipelineError({
			code: 'corrupt',
			attempted: `Could not read the verdict ${name}`,
			answer: `its bytes have the digest ${digestOf(bytes)} instead of ${layer.digest}`,
		});
	return bytes.toString('utf8');
}

/** Milliseconds since 1970; before everything else where the referrer says no time. */
function time({ created }: Pick<AttachedVerdict, 'created'>): number {
	const at = Date.parse(created);
	return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at;
}

function compare<Value extends string | number>(one: Value, other: Value): number {
	return one < other ? -1 : Number(one > other);
}
