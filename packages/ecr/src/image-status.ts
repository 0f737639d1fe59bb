import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { awsErrorCode } from '@ecr-pipeline/core';
import { type EcrAccess, explainRepositoryError } from './ecr-repository.ts';

/**
 * Whether an image is `ACTIVE`, `ARCHIVED` or `ACTIVATING`; undefined when it is not there at all. An image that is not
 * active cannot be pulled and is still described (ECR user guide, "Archiving an image").
 * @param reference a digest or a tag
 */
export async function imageStatus(
	{ client, accountId, data }: EcrAccess,
	repository: string,
	reference: string,
): Promise<string | undefined> {
	const imageId = reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference };
	try {
		const { imageDetails = [] } = await client.send(
			new DescribeImagesCommand({ registryId: accountId, repositoryName: repository, imageIds: [imageId] }),
		);
		return imageDetails[0]?.imageStatus;
	} catch (error) {
		if (awsErrorCode(error) === 'ImageNotFoundException') return undefined;
		const name = `${data.host}/${repository}`;
		throw explainRepositoryError(error, `Could not describe ${reference} in ${name}`, 'ecr:DescribeImages', name);
	}
}
