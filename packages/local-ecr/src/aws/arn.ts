/** The partition of a region, as the SDK's partitions.json has it. */
export function partitionOf(region: string): string {
	if (region.startsWith('cn-')) return 'aws-cn';
	if (region.startsWith('us-gov-')) return 'aws-us-gov';
	return 'aws';
}

export function accountOf(arn: string): string | undefined {
	return /^arn:[^:]+:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];
}

/** `*` and `?` as IAM's StringLike and ECR's WILDCARD filters take them; everything else is literal. */
export function matchesWildcard(pattern: string, value: string): boolean {
	const source = pattern
		.replace(/[.+^${}()|[\]\\]/g, '\\$&')
		.replaceAll('*', '.*')
		.replaceAll('?', '.');
	return new RegExp(`^${source}$`, 's').test(value);
}
