import { ServiceError } from '../aws/service-error.ts';

/** What something is filtered by: the values of each field. */
export type Fields = Readonly<Record<string, readonly unknown[]>>;

/** A condition of Inspector, on a text, a number or a time. */
interface Condition {
	readonly comparison?: string;
	readonly value?: string;
	readonly lowerInclusive?: number;
	readonly upperInclusive?: number;
	/** Seconds since the epoch, as the wire has them. */
	readonly startInclusive?: number;
	readonly endInclusive?: number;
}

/**
 * Whether something meets every filter. Several conditions on one field are alternatives, but for exclusions.
 * @param valuesOf undefined for a field that this stand-in does not filter by
 * @throws ServiceError ValidationException for such a field: to let it pass would be to find too much
 */
export function fits(
	criteria: object | undefined,
	valuesOf: (name: string) => readonly unknown[] | undefined,
): boolean {
	return Object.entries(criteria ?? {}).every(([name, given]) => {
		const conditions = given as readonly Condition[];
		const values = valuesOf(name);
		if (values === undefined) throw new ServiceError('ValidationException', `local-ecr does not filter by ${name}`);
		const known = values.filter((value) => value !== undefined);
		const excluded = conditions.filter(({ comparison }) => comparison === 'NOT_EQUALS');
		const wanted = conditions.filter(({ comparison }) => comparison !== 'NOT_EQUALS');
		if (excluded.some(({ value }) => known.some((one) => String(one) === value))) return false;
		return wanted.length === 0 || wanted.some((condition) => known.some((value) => meets(value, condition)));
	});
}

function meets(value: unknown, condition: Condition): boolean {
	const { comparison, value: text = '' } = condition;
	if (comparison === 'PREFIX') return String(value).startsWith(text);
	if (comparison !== undefined) return String(value) === text;
	const isTime = value instanceof Date;
	const number = isTime ? value.getTime() / 1000 : Number(value);
	const { lowerInclusive, upperInclusive, startInclusive, endInclusive } = condition;
	const lowest = (isTime ? startInclusive : lowerInclusive) ?? Number.NEGATIVE_INFINITY;
	return number >= lowest && number <= ((isTime ? endInclusive : upperInclusive) ?? Number.POSITIVE_INFINITY);
}
