/** exactOptionalPropertyTypes: what is absent must not be there as undefined. */
export function withoutAbsent<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
		[K in keyof T]?: Exclude<T[K], undefined>;
	};
}
