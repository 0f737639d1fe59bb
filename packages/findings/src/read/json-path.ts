/** Keys and indexes that lead from the top of a JSON document to a value in it. */
export type JsonPath = readonly (string | number)[];

/** A path as messages name it: `Results[2].Vulnerabilities`. */
export function formatPath(path: JsonPath): string {
	return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
