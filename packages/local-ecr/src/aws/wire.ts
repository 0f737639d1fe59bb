/** JSON as the AWS protocols have it: times are seconds since the epoch, absent members are left out. */
export function toWire(value: unknown): unknown {
	if (value instanceof Date) return value.getTime() / 1000;
	if (Array.isArray(value)) return value.map(toWire);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, member]) => member !== undefined)
			.map(([name, member]) => [name, toWire(member)]),
	);
}
