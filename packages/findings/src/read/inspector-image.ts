import { defined } from '../finding.ts';
import { type JsonObject, objectAt, objectsAt, refuse, textAt } from '../shape.ts';
import { checkedDigest } from './answer.ts';

/** The platform of the image that one of Inspector's findings is about. */
export function platformOfFinding(finding: JsonObject, path: string): string {
	return containerImage(finding, path)?.platform ?? 'unknown';
}

/** The image that one of Inspector's findings is about: without it nobody knows what the finding says. */
export function imageOfFinding(finding: JsonObject, path: string) {
	const image = containerImage(finding, path);
	if (image?.digest === undefined)
		throw refuse(`${path}.resources[0]`, 'an image in ECR with its imageHash', finding.resources);
	return {
		...image,
		digest: checkedDigest(image.digest, `${path}.resources[0].details.awsEcrContainerImage.imageHash`),
	};
}

function containerImage(finding: JsonObject, path: string) {
	const [resource] = objectsAt(finding, 'resources', path);
	if (resource === undefined) return undefined;
	const at = `${path}.resources[0].details.awsEcrContainerImage`;
	const image = objectAt(objectAt(resource, 'details', `${path}.resources[0]`), 'awsEcrContainerImage', at);
	const architecture = textAt(image, 'architecture', at);
	return {
		...defined('digest', textAt(image, 'imageHash', at)),
		...defined('repository', textAt(image, 'repositoryName', at)),
		platform: architecture === undefined ? 'unknown' : `linux/${architecture}`,
	};
}
