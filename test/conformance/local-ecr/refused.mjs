// What ECR does not do of the distribution specification, case by case of the conformance suite, and why. The list is exact:
// a case that ends differently from what stands here (or from Pass, when it does not stand here) fails the run.

const LOST = 'ECR answers a PATCH with 201 and loses every body after the first (aws/containers-roadmap#2831)';
const UNORDERED =
	'a chunk out of order is answered as every PATCH is; what ECR would make of the order is not documented';

/** Chunks and streams, which `--multi-patch` takes. */
export const CHUNKS = [
	{ case: 'sha256 blobs/chunked single/blob-patch-chunked', result: 'FAIL', why: LOST },
	{ case: 'sha256 blobs/stream/blob-patch-stream', result: 'FAIL', why: LOST },
	{ case: 'sha256 blobs/chunked multi/blob-patch-chunked', result: 'FAIL', why: LOST },
	{ case: 'sha256 blobs/chunked multi and put chunk/blob-patch-chunked', result: 'FAIL', why: LOST },
	{ case: 'sha256 blobs/chunked out-of-order/blob-patch-chunked', result: 'FAIL', why: UNORDERED },
	{ case: 'sha256 blobs/chunked out-of-order and put chunk/blob-patch-chunked', result: 'FAIL', why: UNORDERED },
	{ case: 'sha256 blobs/bad digest chunked/blob-patch-chunked', result: 'FAIL', why: LOST },
	{ case: 'sha256 blobs/bad digest chunked and put chunk/blob-patch-chunked', result: 'FAIL', why: LOST },
	{ case: 'sha256 blobs/bad digest stream/blob-patch-stream', result: 'FAIL', why: LOST },
];

/** What the suite lets a registry leave out, and ECR leaves out, whatever the mode. `*` stands for one part of a name or more. */
export const ALWAYS = [
	{
		case: '*/blob-delete',
		result: 'Skip',
		why: 'ECR has no way to delete a layer: it goes with the last image that holds it, and DELETE is answered by 405',
	},
	{
		case: 'sha256 blobs/mount/blob-mount',
		result: 'Skip',
		why: 'ECR mounts only blobs that an image of the source holds (aws/containers-roadmap#2860); the suite has pushed no manifest yet',
	},
	{
		case: 'sha256 blobs/mount anonymous/blob-mount-anonymous',
		result: 'Skip',
		why: 'ECR mounts from a repository that is named, never from anywhere',
	},
];

/** Kinds of content that ECR refuses altogether: the suite is told not to bring them. */
export const NOT_ASKED = {
	OCI_DATA_SHA512: 'ECR takes sha256 digests only',
	OCI_DATA_SPARSE: 'ECR takes a manifest only after its layers, and an index only after its children',
};
