import { type Finding, withinBounds } from '../finding.ts';
import type { Findings } from '../findings.ts';
import { FINDING_SCHEMA, FINDINGS_SCHEMA } from '../findings-schema.ts';
import { schemaProblems } from '../schema-check.ts';
import { type JsonObject, refuse } from '../shape.ts';
import type { FormatReader } from './format.ts';
import { formatPath } from './json-path.ts';

/** What wait-for-scan wrote. Every value is checked against the published schema. */
export function openNormalised({ schemaVersion }: JsonObject): FormatReader {
	if (schemaVersion !== 1) throw refuse('schemaVersion', '1, the only version there is', schemaVersion);
	return {
		read(item, list, index) {
			refuseProblems(FINDING_SCHEMA, item, `${formatPath(list)}[${index}]`);
			return withinBounds(item as Finding);
		},
		finish({ document }, findings) {
			refuseProblems(FINDINGS_SCHEMA, document, '');
			const { schemaVersion: _, digest, ...rest } = document as Findings;
			if (rest.image !== undefined && !rest.image.endsWith(`@${digest}`))
				throw refuse('image', `…@${digest}`, rest.image);
			return { format: 'normalised', ...rest, digests: [digest], findings, notes: [] };
		},
	};
}

function refuseProblems(schema: object, value: unknown, place: string): void {
	const [problem] = schemaProblems(schema, value);
	if (problem === undefined) return;
	const path = [place, problem.path]
		.filter((part) => part !== '')
		.join('.')
		.replaceAll('.[', '[');
	throw refuse(path || 'the document', problem.expected, problem.seen);
}
