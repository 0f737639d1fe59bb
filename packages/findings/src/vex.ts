import { messageOf, PipelineError } from '@ecr-pipeline/core';
import { asObject, type JsonObject, objectAt, objectsAt, refuse, requiredTextAt, textAt, textsAt } from './shape.ts';

const STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;

/** Why something is `not_affected` (OPENVEX-SPEC.md v0.2.0, "Status Justifications"). */
export const VEX_JUSTIFICATIONS = [
	'component_not_present',
	'vulnerable_code_not_present',
	'vulnerable_code_not_in_execute_path',
	'vulnerable_code_cannot_be_controlled_by_adversary',
	'inline_mitigations_already_exist',
] as const;
export type VexJustification = (typeof VEX_JUSTIFICATIONS)[number];

/** One thing a statement speaks of: an image or a package, and what in it. */
export interface VexProduct {
	/** Every way in which the document identifies it: IRIs, package URLs, and sha256 digests. */
	readonly ids: readonly string[];
	readonly subcomponents: readonly (readonly string[])[];
}

/** One OpenVEX statement, ready to be applied. */
export interface VexStatement {
	/** `file.json, statement 2` */
	readonly source: string;
	/** Milliseconds since 1970: of two statements on the same thing, the later one holds. */
	readonly time: number;
	readonly names: readonly string[];
	readonly status: (typeof STATUSES)[number];
	readonly products: readonly VexProduct[];
	/** The justification, impact statement or note, for people. */
	readonly justification: string;
}

/**
 * Reads an OpenVEX document (openvex/spec, OPENVEX-SPEC.md v0.2.0).
 * @param name how the file is called in messages
 */
export function readVex(text: string, name: string): VexStatement[] {
	try {
		const document = asObject(JSON.parse(text), 'the document');
		const context = requiredTextAt(document, '@context', 'document');
		if (!context.startsWith('https://openvex.dev/ns'))
			throw refuse('@context', 'https://openvex.dev/ns/v0.2.0', context);
		return objectsAt(document, 'statements', 'document').map((statement, index) =>
			readStatement(statement, document, `${name}, statement ${index + 1}`, `statements[${index}]`),
		);
	} catch (error) {
		throw new PipelineError({
			code: 'unsupported',
			attempted: `Could not read ${name} as OpenVEX`,
			answer: messageOf(error),
			cause: error,
		});
	}
}

function readStatement(statement: JsonObject, document: JsonObject, source: string, path: string): VexStatement {
	const status = STATUSES.find((known) => known === statement.status);
	if (status === undefined) throw refuse(`${path}.status`, `one of ${STATUSES.join(', ')}`, statement.status);
	const reasons = ['justification', 'impact_statement', 'status_notes'].flatMap(
		(key) => textAt(statement, key, path) ?? [],
	);
	const { justification } = statement;
	if (justification !== undefined && !VEX_JUSTIFICATIONS.some((known) => known === justification))
		throw refuse(`${path}.justification`, `one of ${VEX_JUSTIFICATIONS.join(', ')}`, justification);
	if (status === 'not_affected' && justification === undefined && statement.impact_statement === undefined)
		throw refuse(`${path}.justification`, 'there, or an impact_statement, where the status is not_affected', undefined);
	const products = objectsOrTexts(statement, 'products', path);
	if (products.length === 0)
		throw refuse(`${path}.products`, 'a list of what the statement is about', statement.products);
	return {
		source,
		time: timeOf(statement, document, path),
		names: namesOf(statement, path),
		status,
		products: products.map((product, index) => ({
			ids: idsOf(product, `${path}.products[${index}]`),
			subcomponents: objectsOrTexts(product, 'subcomponents', path).map((part) => idsOf(part, path)),
		})),
		justification: reasons.join(': ') || status,
	};
}

function timeOf(statement: JsonObject, document: JsonObject, path: string): number {
	const given = statement.timestamp ?? document.last_updated ?? document.timestamp;
	const time = typeof given === 'string' ? Date.parse(given) : Number.NaN;
	if (Number.isNaN(time)) throw refuse(`${path}.timestamp`, 'a time, here or in the document', given);
	return time;
}

// Until v0.0.2 a vulnerability was a string.
function namesOf(statement: JsonObject, path: string): string[] {
	const { vulnerability } = statement;
	if (typeof vulnerability === 'string') return [vulnerability];
	const value = asObject(vulnerability, `${path}.vulnerability`);
	const at = `${path}.vulnerability`;
	return [requiredTextAt(value, 'name', at), ...textsAt(value, 'aliases', at)];
}

function objectsOrTexts(parent: JsonObject, key: string, path: string): JsonObject[] {
	const value = parent[key];
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw refuse(`${path}.${key}`, 'a list', value);
	return value.map((item, index) =>
		typeof item === 'string' ? { '@id': item } : asObject(item, `${path}.${key}[${index}]`),
	);
}

function idsOf(component: JsonObject, path: string): string[] {
	const identifiers = objectAt(component, 'identifiers', path);
	const id = textAt(component, '@id', path);
	const purl = textAt(identifiers, 'purl', `${path}.identifiers`);
	const hash = textAt(objectAt(component, 'hashes', path), 'sha-256', `${path}.hashes`);
	const ids = [id, purl, hash === undefined ? undefined : `sha256:${hash}`].filter((text) => text !== undefined);
	if (ids.length === 0) throw refuse(path, 'a component with an @id, a purl or a sha-256 hash', component);
	return ids;
}
