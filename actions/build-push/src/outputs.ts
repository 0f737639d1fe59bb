import type { OutputValue } from '@ecr-pipeline/core';
import type { BuildResult } from './result.ts';

/** The outputs under the contract's names. What there is no image for is empty. */
export function outputsOf(result: BuildResult): Record<string, OutputValue> {
	const { manifest, registry, repository, reused } = result;
	const outputs = {
		image: manifest === undefined || registry === undefined ? '' : `${registry}/${repository}@${manifest.digest}`,
		digest: manifest?.digest ?? '',
		registry: registry ?? '',
		repository,
		tags: Object.fromEntries(result.tags.map(({ tag, outcome }) => [tag, outcome])),
		'media-type': manifest?.mediaType ?? '',
		platforms: Object.fromEntries(result.platforms),
		reused,
		'oci-layout': result.layout ?? '',
	};
	return {
		...outputs,
		...platformOutputs(result.platforms),
		metadata: result.metadata,
		result: {
			action: 'build-push',
			...outputs,
			driver: result.driver.kind,
			'driver-reason': result.driver.why,
			'duration-seconds': result.milliseconds / 1000,
		},
	};
}

/** `digest-linux-arm64`, so that the jobs of a matrix have an output each; the variant only where two would clash. */
function platformOutputs(platforms: BuildResult['platforms']): Record<string, string> {
	const short = (platform: string): string => platform.split('/').slice(0, 2).join('-');
	const names = [...platforms.keys()];
	return Object.fromEntries(
		[...platforms].map(([platform, digest]) => {
			const clashes = names.filter((other) => short(other) === short(platform)).length > 1;
			return [`digest-${clashes ? platform.replaceAll('/', '-') : short(platform)}`, digest];
		}),
	);
}
