/** A string condition of Inspector; several on one field are alternatives, but for exclusions. */
export interface StringFilter {
	readonly comparison: string | undefined;
	readonly value: string | undefined;
}

export function matchesText(values: readonly string[], conditions: readonly StringFilter[] | undefined): boolean {
	if (conditions === undefined || conditions.length === 0) return true;
	const excluded = conditions.filter(({ comparison }) => comparison === 'NOT_EQUALS');
	const wanted = conditions.filter(({ comparison }) => comparison !== 'NOT_EQUALS');
	if (excluded.some(({ value = '' }) => values.includes(value))) return false;
	return (
		wanted.length === 0 ||
		wanted.some(({ comparison, value = '' }) =>
			values.some((one) => (comparison === 'PREFIX' ? one.startsWith(value) : one === value)),
		)
	);
}
