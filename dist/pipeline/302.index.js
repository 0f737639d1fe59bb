export const id = 302;
export const ids = [302];
export const modules = {

/***/ 4302:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  attach: () => (/* binding */ attach)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./packages/ecr/lib/registries.js + 3 modules
var lib_registries = __webpack_require__(607);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
// EXTERNAL MODULE: ./packages/core/lib/digest.js
var digest = __webpack_require__(8857);
// EXTERNAL MODULE: ./packages/registry/lib/manifest.js
var lib_manifest = __webpack_require__(6392);
// EXTERNAL MODULE: ./packages/registry/lib/media-types.js
var media_types = __webpack_require__(453);
;// CONCATENATED MODULE: ./packages/ecr/lib/verdict-referrer.js



const ARTIFACT_TYPE = 'application/vnd.in-toto+json';
const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';
const PREDICATE_ANNOTATION = 'in-toto.io/predicate-type';
const CREATED_ANNOTATION = 'org.opencontainers.image.created';
// OCI image-spec 1.1, manifest.md, "Guidance for an Empty Descriptor".
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };
// A verdict is a few kilobytes; nothing larger is read for one.
const LARGEST = (/* unused pure expression or super */ null && (1024 * 1024));
/**
 * Pushes a verdict as an OCI 1.1 referrer of an image. The same verdict gives the same referrer.
 * @param statement the verdict file
 * @param created milliseconds since 1970
 * @returns the digest of the referrer
 */
async function attachVerdict(target, subject, statement, created) {
    const image = (await target.manifests([subject])).get(subject);
    if (image === undefined)
        throw new errors/* PipelineError */.z({
            code: 'not-found',
            attempted: `Could not attach the verdict to ${target.name}@${subject}`,
            answer: 'the image is not there',
            fix: 'Attach it in the repository that the image was scanned in.',
        });
    const config = await putBytes(target, EMPTY.mediaType, EMPTY.bytes);
    const layer = await putBytes(target, ARTIFACT_TYPE, Buffer.from(statement));
    const manifest = (0,lib_manifest/* manifestFromBytes */.f8)(Buffer.from(JSON.stringify({
        schemaVersion: 2,
        mediaType: media_types/* OCI_MANIFEST */.EG,
        artifactType: ARTIFACT_TYPE,
        config,
        layers: [layer],
        subject: { mediaType: image.mediaType, digest: image.digest, size: image.bytes.length },
        annotations: {
            [PREDICATE_ANNOTATION]: PREDICATE_TYPE,
            [CREATED_ANNOTATION]: new Date(created).toISOString(),
        },
    })), media_types/* OCI_MANIFEST */.EG);
    await target.putManifest(manifest);
    return manifest.digest;
}
/**
 * The verdicts attached to an image, the newest first. Only the first may decide: an older PASSED does not outlive a newer
 * FAILED.
 * @param limit how many are read
 */
async function findVerdicts(source, subject, limit = 1) {
    const referrers = (await source.referrers(subject))
        .filter(({ artifactType, annotations }) => {
        const predicate = annotations?.[PREDICATE_ANNOTATION];
        return artifactType === ARTIFACT_TYPE && predicate === PREDICATE_TYPE;
    })
        .map(({ digest, annotations }) => ({ digest, created: annotations?.[CREATED_ANNOTATION] ?? '' }))
        // Of two of the same time the order is that of their digests: the same image always gives the same answer.
        .sort((one, other) => compare(other.created, one.created) || compare(one.digest, other.digest))
        .slice(0, limit);
    const manifests = await source.manifests(referrers.map(({ digest }) => digest));
    return Promise.all(referrers.map(async ({ digest, created }) => ({
        digest,
        created,
        text: await statementOf(source, manifests.get(digest), `${source.name}@${digest}`),
    })));
}
async function statementOf(source, manifest, name) {
    const parsed = manifest === undefined ? undefined : parseManifest(manifest);
    const [layer, ...others] = parsed?.kind === 'image' ? parsed.layers : [];
    if (layer === undefined || others.length > 0)
        throw new PipelineError({
            code: 'corrupt',
            attempted: `Could not read the verdict ${name}`,
            answer: manifest === undefined ? 'the registry lists it and does not have it' : 'it does not have one layer',
        });
    const bytes = await readBody(await source.openBlob(layer), LARGEST);
    if (digestOf(bytes) !== layer.digest)
        throw new PipelineError({
            code: 'corrupt',
            attempted: `Could not read the verdict ${name}`,
            answer: `its bytes have the digest ${digestOf(bytes)} instead of ${layer.digest}`,
        });
    return bytes.toString('utf8');
}
async function putBytes(target, mediaType, bytes) {
    const blob = { mediaType, digest: (0,digest/* digestOf */.ol)(bytes), size: bytes.length };
    if (!(await target.presentBlobs([blob.digest])).has(blob.digest))
        await target.putBlob(blob, {
            expectUpload: true,
            source: 'this verdict',
            open: async () => external_node_stream_.Readable.from([bytes]),
        });
    return blob;
}
function compare(one, other) {
    return one < other ? -1 : Number(one > other);
}

;// CONCATENATED MODULE: ./actions/gate-on-findings/lib/attach.js


/** Pushes the verdict file, byte for byte, as a referrer of the image. @returns the digest of the referrer */
async function attach(attachment, context) {
    const { digest, verdictFile, now, registry, repository } = attachment;
    const registries = await (0,lib_registries/* openRegistries */.c)(context);
    const place = registries.complete({ ...(registry === undefined ? {} : { registry }), repository, digest });
    const target = await registries.repository(place);
    const referrer = await attachVerdict(target, digest, await (0,promises_.readFile)(verdictFile, 'utf8'), now);
    context.log.info(`The verdict is attached to ${target.name}@${digest} as ${referrer}.`);
    return referrer;
}


/***/ })

};
