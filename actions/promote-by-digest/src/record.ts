import type { Context, Digest } from '@ecr-pipeline/core';
import { attachStatement } from '@ecr-pipeline/ecr';
import type { ImageRepository, Manifest } from '@ecr-pipeline/registry';
import type { AcceptedVerdict } from './verdict.ts';

const PREDICATE_TYPE = 'urn:ecr-pipeline:promote-by-digest:promotion:v1';

/** What a promotion record says. */
export interface PromotionRecord {
	/** `registry/repository@digest` */
	readonly from: string;
	readonly to: string;
	readonly digest: Digest;
	readonly tags: readonly string[];
	readonly verdict?: AcceptedVerdict;
	/** Milliseconds since 1970. */
	readonly promotedAt: number;
}

/** Attaches the record of a promotion to the image at its destination. @returns the digest of the referrer */
export function attachRecord(
	target: ImageRepository,
	root: Manifest,
	record: PromotionRecord,
	env: Context['env'],
): Promise<Digest> {
	const text = formatRecord(record, env);
	return attachStatement(target, root, { text, predicateType: PREDICATE_TYPE, created: record.promotedAt });
}

/** The record as an in-toto statement, ready for a DSSE envelope. The same record gives the same bytes. */
export function formatRecord(
	{ from, to, digest, tags, verdict, promotedAt }: PromotionRecord,
	env: Context['env'],
): string {
	const {
		GITHUB_SERVER_URL: server,
		GITHUB_REPOSITORY: repository,
		GITHUB_RUN_ID: run,
		GITHUB_RUN_ATTEMPT: attempt,
	} = env;
	const runUrl =
		server && repository && run ? `${server}/${repository}/actions/runs/${run}/attempts/${attempt || '1'}` : '';
	const statement = {
		_type: 'https://in-toto.io/Statement/v1',
		subject: [{ name: to, digest: digestSet(digest) }],
		predicateType: PREDICATE_TYPE,
		predicate: {
			from,
			to,
			tags,
			promotedAt: new Date(promotedAt).toISOString(),
			...(runUrl === '' ? {} : { run: runUrl }),
			...(verdict === undefined
				? {}
				: {
						verdict: {
							digest: digestSet(verdict.statementDigest),
							policy: { uri: verdict.policyUri, digest: digestSet(verdict.policyDigest) },
							timeVerified: new Date(verdict.verifiedAt).toISOString(),
						},
					}),
		},
	};
	return `${JSON.stringify(statement, undefined, '\t')}\n`;
}

function digestSet(digest: Digest): { readonly sha256: string } {
	return { sha256: digest.slice('sha256:'.length) };
}
