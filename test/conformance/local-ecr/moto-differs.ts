/** A step to which local-ecr and moto answer differently, and which of them is right. */
interface Difference {
	readonly step: string;
	/** Keys with their types that only this side has, or what it raises. */
	readonly ours: readonly string[];
	readonly moto: readonly string[];
	readonly right: 'local-ecr' | 'moto' | 'neither is shown to be';
	readonly why: string;
}

const DESCRIBED = {
	ours: ['.imageDetails[].artifactMediaType: str', '.imageDetails[].imageStatus: str'],
	moto: [],
	right: 'local-ecr',
	why: 'both are members of ImageDetail, and imageStatus is what its filter goes by',
} as const;
const DIGEST = 'a digest is the sha256 of the manifest; moto hashes the digests of the layers';

export const MOTO_DIFFERS: readonly Difference[] = [
	{
		step: 'check a layer that is not there',
		ours: ['.failures: empty list', '.layers[].layerAvailability: str', '.layers[].layerDigest: str'],
		moto: [
			'.failures[].failureCode: str',
			'.failures[].failureReason: str',
			'.failures[].layerDigest: str',
			'.layers: empty list',
		],
		right: 'neither is shown to be',
		why: 'the model has UNAVAILABLE for a layer and MissingLayerDigest for a failure, and does not say which it is; a client must take both',
	},
	{
		step: 'delete an image',
		ours: ['.failures: empty list', '.imageIds[].imageDigest: str', '.imageIds[].imageTag: str'],
		moto: [
			'.failures[].failureCode: str',
			'.failures[].failureReason: str',
			'.failures[].imageId.imageDigest: str',
			'.imageIds: empty list',
		],
		right: 'local-ecr',
		why: DIGEST,
	},
	{ step: 'describe an image', ...DESCRIBED },
	{ step: 'describe images', ...DESCRIBED },
	{
		step: 'get a layer',
		ours: ['.downloadUrl: str', '.layerDigest: str'],
		moto: ['raises 500'],
		right: 'local-ecr',
		why: 'moto does not implement the operation',
	},
	{
		step: 'move an immutable tag',
		ours: ['raises ImageTagAlreadyExistsException'],
		moto: ['raises ImageAlreadyExistsException'],
		right: 'local-ecr',
		why: 'the exception of an immutable tag is ImageTagAlreadyExistsException (aws/containers-roadmap#2179)',
	},
	{
		step: 'put it under another digest',
		ours: ['raises ImageDigestDoesNotMatchException'],
		moto: [
			'.image.imageId.imageDigest: str',
			'.image.imageId.imageTag: str',
			'.image.imageManifest: str',
			'.image.imageManifestMediaType: str',
			'.image.registryId: str',
			'.image.repositoryName: str',
		],
		right: 'local-ecr',
		why: `${DIGEST}, and does not compare it with the one that is given`,
	},
];
