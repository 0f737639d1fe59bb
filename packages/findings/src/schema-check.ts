import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { nearest } from './nearest.ts';

/** One thing that is not as the schema wants it. `path` is as in `ignore[0].expires`. */
export interface SchemaProblem {
	readonly path: string;
	/** Keys and indexes that lead to the value. */
	readonly keys: readonly (string | number)[];
	readonly expected: string;
	readonly seen: unknown;
	/** The key itself is what is wrong, not its value. */
	readonly keyItself?: boolean;
}

const compiled = new WeakMap<object, ValidateFunction>();

/** Everything in which a value differs from a JSON Schema (draft 2020-12), in the order of the document. */
export function schemaProblems(schema: object, value: unknown): SchemaProblem[] {
	const validate = compiled.get(schema) ?? compile(schema);
	compiled.set(schema, validate);
	if (validate(value)) return [];
	return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(problemOf);
}

// By what our schemas use, draft 7 means the same; Ajv refuses to compile a draft that is not its class's.
function compile(schema: object): ValidateFunction {
	const { $schema: _, ...rules } = schema as { readonly $schema?: string };
	return new Ajv2020({ allErrors: true, strict: true, verbose: true }).compile(rules);
}

function problemOf(error: ErrorObject): SchemaProblem {
	const keys = error.instancePath
		.split('/')
		.slice(1)
		.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
	const named = error.params as { additionalProperty?: string; missingProperty?: string };
	const own = named.additionalProperty ?? named.missingProperty;
	const all = own === undefined ? keys : [...keys, own];
	const path = all
		.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
		.join('')
		.replace(/^\./, '');
	return {
		path,
		keys: all.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
		expected: expectedBy(error),
		...(named.additionalProperty === undefined ? {} : { keyItself: true }),
		seen: own === undefined ? error.data : (error.data as Record<string, unknown>)[own],
	};
}

function expectedBy({ keyword, params, message = 'other', parentSchema }: ErrorObject): string {
	if (keyword === 'additionalProperties') {
		const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
		const close = nearest(String(params.additionalProperty), known);
		return `absent: there is no such key${close === undefined ? '' : `, did you mean "${close}"?`} (known: ${known.join(', ')})`;
	}
	if (keyword === 'enum') return `one of ${(params.allowedValues as unknown[]).join(', ')}`;
	if (keyword === 'const') return JSON.stringify(params.allowedValue);
	if (keyword === 'required') return 'there';
	if (keyword === 'type') return `of type ${String(params.type)}`;
	if (keyword === 'pattern' && typeof parentSchema?.description === 'string') return parentSchema.description;
	if (keyword === 'minLength') return 'text that is not empty';
	return message.replace(/^must (?:be|have|NOT have)\s*/, (start) => (start.includes('NOT') ? 'without ' : ''));
}
