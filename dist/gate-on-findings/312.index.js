export const id = 312;
export const ids = [312];
export const modules = {

/***/ 6312:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  attach: () => (/* binding */ attach)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-ecr/dist-cjs/index.js
var dist_cjs = __webpack_require__(8249);
// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
;// CONCATENATED MODULE: ./packages/core/lib/aws.js

/**
 * The configuration that every AWS client of the suite is made with. The SDK reads AWS_ENDPOINT_URL,
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT by itself; its standard retry mode has
 * full jitter and honours Retry-After.
 */
function awsClientConfig(context, identity) {
    return {
        ...environmentCredentials(context.env),
        ...identity,
        maxAttempts: 6,
        requestHandler: { ...context.agents, connectionTimeout: 10_000 },
    };
}
/**
 * Credentials in the environment come first in the SDK's own chain. They are handed over here because the environment of a
 * step that runs several actions in one process is that of its context, not of the process.
 */
function environmentCredentials({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken, }) {
    if (!accessKeyId || !secretAccessKey)
        return {};
    return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}
/** The region from the input or the environment, as every AWS tool looks for it. */
function awsRegion(given, env) {
    return given ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
}
/** The service's own code of an AWS error (`ImageNotFoundException`), or undefined for anything else. */
function awsErrorCode(error) {
    return error instanceof Error && '$metadata' in error ? error.name : undefined;
}
/**
 * Turns an error of the AWS SDK into one that a person can act on.
 * @param attempted the start of the sentence: `Could not put the image …`
 * @param iamAction what to grant when access was denied: `ecr:PutImage on arn:…`
 */
function explainAwsError(error, attempted, iamAction, fix) {
    if (error instanceof errors/* PipelineError */.z)
        return error;
    const { name, message, $metadata } = error;
    const code = codeOf(name, $metadata?.httpStatusCode);
    const identification = [
        $metadata?.httpStatusCode === undefined ? undefined : `HTTP ${$metadata.httpStatusCode}`,
        $metadata?.requestId === undefined ? undefined : `request id ${$metadata.requestId}`,
    ].filter((part) => part !== undefined);
    return new errors/* PipelineError */.z({
        code,
        attempted,
        answer: `${name}: ${message}${identification.length === 0 ? '' : ` (${identification.join(', ')})`}`,
        ...withFix(fix ?? usualFix(code, iamAction)),
        cause: error,
    });
}
function withFix(fix) {
    return fix === undefined ? {} : { fix };
}
function codeOf(name, status) {
    if (/^(?:AccessDenied|UnrecognizedClient|ExpiredToken|InvalidSignature|CredentialsProvider|Unauthorized)/.test(name))
        return 'access-denied';
    if (/Throttl|TooManyRequests|RequestLimitExceeded/.test(name) || status === 429)
        return 'throttled';
    if (/NotFound/.test(name))
        return 'not-found';
    if (/AlreadyExists/.test(name))
        return 'conflict';
    if (/Timeout/.test(name))
        return 'timeout';
    return 'service';
}
function usualFix(code, iamAction) {
    if (code === 'access-denied')
        return `Grant ${iamAction} to the role of this step, and check that its credentials have not expired.`;
    if (code === 'throttled')
        return 'The account is at its rate limit; run again later, or ask AWS for a higher quota.';
    return undefined;
}

// EXTERNAL MODULE: ./packages/core/lib/reference.js
var reference = __webpack_require__(2696);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./packages/registry/lib/docker-config.js




/** The path of Docker's configuration file, as the docker command finds it. */
function dockerConfigPath(env) {
    return (0,external_node_path_.join)(env.DOCKER_CONFIG || (0,external_node_path_.join)(env.HOME || (0,external_node_os_.homedir)(), '.docker'), 'config.json');
}
/**
 * The credentials that Docker's configuration has for a host, in Docker's own order: `credHelpers`, `credsStore`,
 * `auths` (docker/cli, cli/config/configfile). Undefined when it has none.
 */
async function dockerCredentials(host, context) {
    const config = await readDockerConfig(dockerConfigPath(context.env));
    const helper = config.credHelpers?.[host] ?? config.credsStore;
    const fromHelper = helper === undefined ? undefined : await askHelper(helper, host, context);
    if (fromHelper !== undefined)
        return fromHelper;
    const entry = config.auths?.[host] ?? config.auths?.[`https://${host}`] ?? config.auths?.[`http://${host}`];
    if (entry?.auth === undefined || entry.auth === '')
        return undefined;
    const decoded = Buffer.from(entry.auth, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    return colon === -1 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
async function readDockerConfig(path) {
    const text = await (0,promises_.readFile)(path, 'utf8').catch((error) => {
        if (error.code === 'ENOENT')
            return '{}';
        throw error;
    });
    try {
        return JSON.parse(text);
    }
    catch (cause) {
        throw new errors/* PipelineError */.z({
            code: 'environment',
            attempted: `Could not read Docker's configuration ${path}`,
            answer: 'it is not JSON',
            cause,
        });
    }
}
// docker/docker-credential-helpers: `get` reads the host on stdin; no credentials is exit 1 with this text on stdout.
const NONE = /credentials not found in native keychain/;
async function askHelper(helper, host, { env, run }) {
    const name = `docker-credential-${helper}`;
    const { exitCode, stdout } = await run(name, ['get'], { stdin: host, env });
    if (exitCode !== 0) {
        if (NONE.test(stdout))
            return undefined;
        throw new errors/* PipelineError */.z({
            code: 'environment',
            attempted: `Could not get the credentials for ${host} from ${name}`,
            answer: stdout || `exit code ${exitCode}`,
        });
    }
    const answer = JSON.parse(stdout);
    if (!answer.Username || !answer.Secret)
        return undefined;
    return { username: answer.Username, password: answer.Secret };
}

;// CONCATENATED MODULE: ./packages/core/lib/retry.js
const LONGEST_PAUSE = 20_000;
/**
 * Runs `work` until it succeeds, an error says that trying again cannot help, or the attempts or the time are used up.
 * Pauses are drawn by full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); a pause
 * that the server asked for (Retry-After) is the lower end.
 */
async function retry(work, options) {
    const { clock, random, attempts, baseMilliseconds = 200, deadline = Number.POSITIVE_INFINITY, again } = options;
    for (let attempt = 1;; attempt += 1) {
        try {
            return await work(attempt);
        }
        catch (error) {
            const verdict = attempt < attempts && again(error, attempt);
            if (verdict === false)
                throw error;
            const jitter = random() * Math.min(LONGEST_PAUSE, baseMilliseconds * 2 ** (attempt - 1));
            const pause = verdict === true ? jitter : verdict.afterMilliseconds + jitter;
            if (clock.now() + pause > deadline)
                throw error;
            await clock.sleep(pause);
        }
    }
}
/** Milliseconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); undefined when it says nothing. */
function retryAfterMilliseconds(header, now) {
    if (header === undefined)
        return undefined;
    if (/^\d+$/.test(header.trim()))
        return Number(header) * 1000;
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

// EXTERNAL MODULE: ./packages/core/lib/http.js + 2 modules
var http = __webpack_require__(5524);
;// CONCATENATED MODULE: ./packages/registry/lib/auth.js

/**
 * Works out the Authorization header: Basic at once where the registry is known to take it, else what the challenge asks
 * for (distribution docs, "Token Authentication Specification").
 */
async function authorize(request, context) {
    if (request.challenge === undefined && !request.preemptive)
        return undefined;
    const credentials = await request.credentials();
    const basic = credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (request.challenge === undefined || !/^bearer\s/i.test(request.challenge))
        return basic;
    return bearer(request, basic, context);
}
async function bearer({ host, challenge = '', scope }, basic, context) {
    const attempted = `Could not get a token for ${scope} on ${host}`;
    const parameters = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
    const realm = parameters.get('realm');
    if (realm === undefined)
        throw new errors/* PipelineError */.z({ code: 'access-denied', attempted, answer: `its challenge names no realm: ${challenge}` });
    const url = new URL(realm);
    const service = parameters.get('service');
    if (service !== undefined)
        url.searchParams.set('service', service);
    url.searchParams.set('scope', parameters.get('scope') ?? scope);
    const response = await context.send({
        method: 'GET',
        url,
        headers: basic === undefined ? {} : { authorization: basic },
    });
    const text = (await (0,http/* readBody */.x8)(response.body, 1024 * 1024)).toString('utf8');
    if (response.status !== 200) {
        throw new errors/* PipelineError */.z({
            code: 'access-denied',
            attempted,
            answer: `${url.host} answered ${response.status}`,
            fix: `Log in to ${host} before this step.`,
        });
    }
    const { token, access_token: accessToken } = JSON.parse(text);
    return `Bearer ${token ?? accessToken ?? ''}`;
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
;// CONCATENATED MODULE: ./packages/registry/lib/redirect.js


// RFC 1918, RFC 3927, RFC 4193, RFC 4291, loopback, and "this network": where cloud metadata and intranets live.
const INTERNAL = new external_node_net_.BlockList();
for (const [network, prefix] of [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
]) {
    INTERNAL.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
    ['::', 128],
    ['::1', 128],
    ['fc00::', 7],
    ['fe80::', 10],
])
    INTERNAL.addSubnet(network, prefix, 'ipv6');
/** Refuses a redirect that leads from a registry to an address inside, unless the registry itself is on loopback. */
function assertRedirectAllowed(from, to) {
    if ((0,reference/* isLoopback */.U9)(from.host))
        return;
    const host = to.hostname.replace(/^\[(.*)\]$/, '$1');
    const family = (0,external_node_net_.isIP)(host);
    const inside = family !== 0 ? INTERNAL.check(host, family === 4 ? 'ipv4' : 'ipv6') : (0,reference/* isLoopback */.U9)(host);
    if (to.protocol === 'https:' && !inside)
        return;
    throw new errors/* PipelineError */.z({
        code: 'refused',
        attempted: `${from.host} redirects to ${to.protocol}//${to.host}`,
        answer: inside
            ? 'a registry may not lead to a private or link-local address'
            : 'a registry may not lead to plain HTTP',
    });
}

;// CONCATENATED MODULE: ./packages/registry/lib/client.js



const AGAIN = new Set([408, 429, 500, 502, 503, 504]);
const MAX_REDIRECTS = 5;
function createRegistryClient(options, context) {
    const base = new URL(`${protocolOf(options)}//${options.host}`);
    const authorizations = new Map();
    const authorizationFor = (scope, challenge) => {
        const known = challenge === undefined ? authorizations.get(scope) : undefined;
        if (known !== undefined)
            return known;
        const made = authorize({ ...options, scope, ...(challenge === undefined ? {} : { challenge }) }, context);
        authorizations.set(scope, made);
        return made;
    };
    const sendOnce = async (request, url, challenge) => {
        const authorization = url.host === base.host ? await authorizationFor(request.scope, challenge) : undefined;
        const body = typeof request.body === 'function' ? await request.body() : request.body;
        return context.send({
            method: request.method,
            url,
            headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
            ...(body === undefined ? {} : { body }),
        });
    };
    const exchange = async (request) => {
        let url = new URL(request.path, base);
        let challenged = false;
        for (let redirects = 0; redirects <= MAX_REDIRECTS;) {
            const response = await sendOnce(request, url, undefined);
            if (response.status === 401 && !challenged && url.host === base.host) {
                challenged = true;
                response.body.resume();
                await authorizationFor(request.scope, response.headers['www-authenticate'] ?? '');
                continue;
            }
            const location = response.headers.location;
            const redirected = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
            if (!redirected)
                return response;
            response.body.resume();
            const next = new URL(location, url);
            assertRedirectAllowed(url, next);
            url = next;
            redirects += 1;
        }
        throw new errors/* PipelineError */.z({
            code: 'refused',
            attempted: request.attempted,
            answer: `more than ${MAX_REDIRECTS} redirects`,
        });
    };
    return {
        host: options.host,
        request: (request) => retry(async () => {
            const response = await exchange(request);
            if (request.accept.includes(response.status))
                return response;
            throw await answeredWith(response, request, options.host);
        }, {
            clock: context.clock,
            random: context.random,
            attempts: request.attempts ?? 6,
            again: (error) => canPass(error, context.clock.now()),
        }),
    };
}
/** Says whether trying again can help: the registry was busy, or the connection broke. */
function canPass(error, now) {
    if (error instanceof RegistryError) {
        if (!AGAIN.has(error.status))
            return false;
        const after = retryAfterMilliseconds(error.retryAfter, now);
        return after === undefined ? true : { afterMilliseconds: after };
    }
    if (error instanceof errors/* PipelineError */.z)
        return false;
    const code = error.code;
    return (code !== undefined &&
        /^(?:ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|HPE_)/.test(code));
}
/** A registry's answer that is not the one hoped for. */
class RegistryError extends errors/* PipelineError */.z {
    status;
    retryAfter;
    constructor(status, retryAfter, problem) {
        super(problem);
        this.name = 'RegistryError';
        this.status = status;
        this.retryAfter = retryAfter;
    }
}
async function answeredWith(response, request, host) {
    const text = (await (0,http/* readBody */.x8)(response.body, 1024 * 1024).catch(() => Buffer.alloc(0))).toString('utf8');
    const id = response.headers['x-amzn-requestid'] ?? response.headers['x-request-id'];
    const said = ociErrors(text) ?? text.slice(0, 300);
    return new RegistryError(response.status, response.headers['retry-after'], {
        code: client_codeOf(response.status),
        attempted: request.attempted,
        answer: `${host} answered ${response.status}${said === '' ? '' : ` ${said}`}${id === undefined ? '' : ` (request id ${id})`}`,
        ...(response.status === 401 || response.status === 403
            ? {
                fix: `Log in to ${host} with ecr-login-oidc (or docker login) before this step, with a role that may do this.`,
            }
            : {}),
    });
}
/** The error list of the distribution-spec: `CODE: message`, joined. */
function ociErrors(text) {
    try {
        const { errors } = JSON.parse(text);
        return errors?.map(({ code, message }) => `${code}: ${message}`).join('; ');
    }
    catch {
        return undefined;
    }
}
function client_codeOf(status) {
    if (status === 401 || status === 403)
        return 'access-denied';
    if (status === 404)
        return 'not-found';
    if (status === 429)
        return 'throttled';
    if (status === 405 || status === 415)
        return 'unsupported';
    return 'service';
}
function protocolOf({ host, protocol }) {
    const chosen = protocol ?? ((0,reference/* isLoopback */.U9)(host) ? 'http:' : 'https:');
    if (chosen === 'http:' && !(0,reference/* isLoopback */.U9)(host)) {
        throw new errors/* PipelineError */.z({
            code: 'refused',
            attempted: `${host} would be spoken to over plain HTTP`,
            fix: 'Plain HTTP is accepted on loopback only; give the registry a certificate.',
        });
    }
    return chosen;
}

// EXTERNAL MODULE: ./packages/core/lib/digest.js
var lib_digest = __webpack_require__(8857);
// EXTERNAL MODULE: ./node_modules/p-map/index.js
var p_map = __webpack_require__(606);
;// CONCATENATED MODULE: ./packages/registry/lib/media-types.js
// OCI image-spec media-types.md; Docker distribution schema 2.
const media_types_OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
/** Everything the suite understands as a manifest; what a registry is told to answer with. */
const MANIFEST_MEDIA_TYPES = [media_types_OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST];
/** Tells whether a manifest of this type lists other manifests. */
function media_types_isIndexMediaType(mediaType) {
    return mediaType === media_types_OCI_INDEX || mediaType === DOCKER_LIST;
}
/** Layers that no registry holds: they are fetched from their `urls` (image-spec layer.md, "Non-Distributable Layers"). */
function isForeignLayer(mediaType) {
    return /\.foreign\.|\.nondistributable\./.test(mediaType);
}

;// CONCATENATED MODULE: ./packages/registry/lib/manifest.js


/**
 * Takes bytes that claim to be the manifest of a digest. Other bytes are refused: nothing a registry says is believed
 * without the hash.
 * @param claimed the digest that was asked for; absent when a tag was
 */
function manifestFromBytes(bytes, mediaType, claimed) {
    const digest = (0,lib_digest/* digestOf */.ol)(bytes);
    if (claimed !== undefined && digest !== claimed) {
        throw new errors/* PipelineError */.z({
            code: 'corrupt',
            attempted: `The manifest ${claimed} was answered with bytes whose digest is ${digest}`,
            fix: 'The source or something on the way to it changes images. Nothing of it is used.',
        });
    }
    const type = mediaType?.split(';')[0]?.trim();
    return {
        digest,
        bytes,
        mediaType: type && MANIFEST_MEDIA_TYPES.includes(type) ? type : mediaTypeWithin(bytes, digest),
    };
}
/** Reads what a manifest points at. */
function manifest_parseManifest(manifest) {
    const value = parseJson(manifest.bytes, manifest.digest);
    const subject = value.subject === undefined ? {} : { subject: descriptor(value.subject, manifest.digest) };
    if (isIndexMediaType(manifest.mediaType)) {
        return { kind: 'index', manifests: descriptors(value.manifests, manifest.digest), ...subject };
    }
    return {
        kind: 'image',
        config: descriptor(value.config, manifest.digest),
        layers: descriptors(value.layers ?? [], manifest.digest),
        ...subject,
        ...(typeof value.artifactType === 'string' ? { artifactType: value.artifactType } : {}),
    };
}
/**
 * Tells whether an entry of an index is a platform's image, not an attestation: BuildKit gives those the platform
 * unknown/unknown and the annotation vnd.docker.reference.type (moby/buildkit docs/attestations/attestation-storage.md).
 */
function isPlatformImage(entry) {
    return (entry.annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest' &&
        entry.platform?.os !== 'unknown' &&
        entry.artifactType === undefined);
}
/** `linux/arm64/v8`; `unknown` where an index names no platform. */
function formatPlatform(platform) {
    if (platform === undefined)
        return 'unknown';
    return [platform.os, platform.architecture, platform.variant]
        .filter((part) => part !== undefined && part !== '')
        .join('/');
}
function mediaTypeWithin(bytes, digest) {
    const value = parseJson(bytes, digest);
    if (typeof value.mediaType === 'string' && MANIFEST_MEDIA_TYPES.includes(value.mediaType))
        return value.mediaType;
    if (value.mediaType === undefined && Array.isArray(value.manifests))
        return media_types_OCI_INDEX;
    if (value.mediaType === undefined && value.config !== undefined)
        return OCI_MANIFEST;
    throw malformed(digest, `its media type ${JSON.stringify(value.mediaType)} is not one of ${MANIFEST_MEDIA_TYPES.join(', ')}`);
}
function parseJson(bytes, digest) {
    try {
        const value = JSON.parse(bytes.toString('utf8'));
        if (typeof value === 'object' && value !== null)
            return value;
    }
    catch {
        // Said below, with the digest.
    }
    throw malformed(digest, 'it is not a JSON object');
}
function descriptors(value, digest) {
    if (!Array.isArray(value))
        throw malformed(digest, 'a list of descriptors is missing');
    return value.map((entry) => descriptor(entry, digest));
}
function descriptor(value, digest) {
    const entry = value;
    const whole = typeof entry?.mediaType === 'string' &&
        typeof entry.digest === 'string' &&
        isDigest(entry.digest) &&
        Number.isSafeInteger(entry.size);
    if (!whole)
        throw malformed(digest, `${JSON.stringify(value)} is not a descriptor with mediaType, sha256 digest and size`);
    return entry;
}
function malformed(digest, why) {
    return new errors/* PipelineError */.z({ code: 'unsupported', attempted: `Could not read the manifest ${digest}`, answer: why });
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./packages/registry/lib/verify.js



/**
 * Passes a blob on while hashing it. The last chunk is held back until size and digest are known to be right, so that a
 * registry never receives the whole of a wrong blob.
 * @param onBytes called with the length of each chunk as it passes
 */
function createVerifier(blob, source, onBytes = () => undefined) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    let size = 0;
    let held;
    return new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            hash.update(chunk);
            size += chunk.length;
            onBytes(chunk.length);
            const before = held;
            held = chunk;
            done(null, before);
        },
        flush(done) {
            const digest = `sha256:${hash.digest('hex')}`;
            if (digest === blob.digest && size === blob.size)
                done(null, held);
            else
                done(wrongBytes(blob, source, digest, size));
        },
    });
}
function wrongBytes(blob, source, digest, size) {
    return new errors/* PipelineError */.z({
        code: 'corrupt',
        attempted: `The blob ${blob.digest} (${blob.size} bytes) of ${source} was answered with ${size} bytes whose digest is ${digest}`,
        fix: 'The source or something on the way to it changes or cuts images. Nothing of it is kept.',
    });
}

;// CONCATENATED MODULE: ./packages/registry/lib/upload.js




const ATTEMPTS = 5;
/**
 * Makes a blob be in a repository: one POST that is mount attempt and upload session at once (distribution-spec,
 * "Mounting a blob from another repository": 201 is done, 202 opens a session), then one PUT of the whole body. Never a
 * PATCH: ECR drops all bodies but the first (aws/containers-roadmap#2831). Trouble on the way starts the blob anew.
 */
async function putBlob(client, repository, blob, offer, context) {
    const scope = `repository:${repository}:pull,push`;
    const target = `${client.host}/${repository}`;
    const mount = offer.mountFrom === undefined ? '' : `?${new URLSearchParams({ mount: blob.digest, from: offer.mountFrom })}`;
    const start = async () => {
        const session = await client.request({
            method: 'POST',
            path: `/v2/${repository}/blobs/uploads/${mount}`,
            accept: [201, 202],
            attempted: `Could not start the upload of ${blob.digest} to ${target}`,
            scope: offer.mountFrom === undefined ? scope : `${scope} repository:${offer.mountFrom}:pull`,
        });
        session.body.resume();
        return session;
    };
    const once = async () => {
        const locating = offer.expectUpload ? offer.locate() : undefined;
        // Whatever comes of it is told below, or does not matter because starting the upload has failed.
        locating?.catch(() => undefined);
        const session = await start();
        if (session.status === 201)
            return 'mounted';
        const open = await (locating ?? offer.locate());
        const done = await client.request({
            method: 'PUT',
            path: uploadUrl(session.headers.location, client.host, blob),
            headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
            body: async () => verified(await open(), blob, offer),
            accept: [201],
            attempted: `Could not upload ${blob.digest} (${blob.size} bytes) to ${target}`,
            scope,
            attempts: 1,
        });
        done.body.resume();
        return 'uploaded';
    };
    return retry(once, { ...context, attempts: ATTEMPTS, again: (error) => canPass(error, context.clock.now()) });
}
function verified(source, blob, offer) {
    // The errors of either side arrive at the verifier, and from there at the request that reads it.
    return (0,external_node_stream_.pipeline)(source, createVerifier(blob, offer.source, offer.onBytes), () => undefined);
}
function uploadUrl(location, host, blob) {
    const base = `http://${host}`;
    const url = new URL(location ?? '', base);
    url.searchParams.set('digest', blob.digest);
    // A relative Location stays relative, so that the client keeps its own scheme.
    return url.origin === new URL(base).origin ? `${url.pathname}${url.search}` : url;
}

;// CONCATENATED MODULE: ./packages/registry/lib/oci-repository.js





const ACCEPT = MANIFEST_MEDIA_TYPES.join(', ');
const MAX_MANIFEST = 4 * 1024 * 1024;
const PARALLEL = 16;
/** A repository behind nothing but the distribution protocol. */
function createOciRepository(client, repository, context) {
    const root = `/v2/${repository}`;
    const pull = `repository:${repository}:pull`;
    const push = `repository:${repository}:pull,push`;
    const name = `${client.host}/${repository}`;
    const manifest = async (reference) => {
        const response = await client.request({
            method: 'GET',
            path: `${root}/manifests/${reference}`,
            headers: { accept: ACCEPT },
            accept: [200, 404],
            attempted: `Could not get the manifest ${reference} of ${name}`,
            scope: pull,
        });
        const bytes = await (0,http/* readBody */.x8)(response.body, MAX_MANIFEST);
        if (response.status === 404)
            return undefined;
        return manifestFromBytes(bytes, response.headers['content-type'], (0,lib_digest/* isDigest */.Bc)(reference) ? reference : undefined);
    };
    return {
        name,
        registry: client.host,
        repository,
        async manifests(references) {
            const found = await (0,p_map/* default */.Ay)(references, async (reference) => [reference, await manifest(reference)], {
                concurrency: PARALLEL,
            });
            return new Map(found.filter((entry) => entry[1] !== undefined));
        },
        // The registry itself leads to the bytes, by a redirect or not: nothing can be asked ahead.
        locateBlob: async (blob) => () => oci_repository_openBlob(client, repository, blob, pull),
        async presentBlobs(digests) {
            const present = await (0,p_map/* default */.Ay)(digests, (digest) => hasBlob(client, repository, digest, pull), {
                concurrency: PARALLEL,
            });
            return new Set(digests.filter((_, index) => present[index]));
        },
        putBlob: (blob, offer) => putBlob(client, repository, blob, offer, context),
        async putManifest(toPut, tag) {
            const response = await client.request({
                method: 'PUT',
                path: `${root}/manifests/${tag ?? toPut.digest}`,
                headers: { 'content-type': toPut.mediaType },
                body: toPut.bytes,
                accept: [201],
                attempted: `Could not put the manifest ${toPut.digest}${tag === undefined ? '' : ` as ${tag}`} into ${name}`,
                scope: push,
            });
            response.body.resume();
            confirmDigest(response, toPut, name);
        },
        referrers: (subject) => referrers(client, repository, subject, pull),
    };
}
function confirmDigest(response, put, name) {
    const stored = response.headers['docker-content-digest'];
    if (stored === undefined || stored === put.digest)
        return;
    throw new errors/* PipelineError */.z({
        code: 'corrupt',
        attempted: `${name} stored the manifest ${put.digest}`,
        answer: `as ${String(stored)}`,
    });
}
async function hasBlob(client, repository, digest, scope) {
    const response = await client.request({
        method: 'HEAD',
        path: `/v2/${repository}/blobs/${digest}`,
        accept: [200, 404],
        attempted: `Could not look for the blob ${digest} in ${client.host}/${repository}`,
        scope,
    });
    response.body.resume();
    return response.status === 200;
}
async function oci_repository_openBlob(client, repository, { digest }, scope) {
    const response = await client.request({
        method: 'GET',
        path: `/v2/${repository}/blobs/${digest}`,
        accept: [200],
        attempted: `Could not get the blob ${digest} of ${client.host}/${repository}`,
        scope,
    });
    return response.body;
}
async function referrers(client, repository, subject, scope) {
    const found = [];
    let path = `/v2/${repository}/referrers/${subject}`;
    while (path !== undefined) {
        const response = await client.request({
            method: 'GET',
            path,
            headers: { accept: 'application/vnd.oci.image.index.v1+json' },
            // 404 is how a registry without the referrers API answers (distribution-spec, "Listing Referrers").
            accept: [200, 404],
            attempted: `Could not list the referrers of ${subject} in ${client.host}/${repository}`,
            scope,
        });
        const text = (await (0,http/* readBody */.x8)(response.body, MAX_MANIFEST)).toString('utf8');
        if (response.status === 404)
            return undefined;
        found.push(...(JSON.parse(text).manifests ?? []));
        path = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(response.headers.link ?? ''))?.[1];
    }
    return found;
}

;// CONCATENATED MODULE: ./packages/ecr/lib/alternatives.js

/**
 * Does the same by one way after another until one is permitted; any other error ends it. When none is, the first refusal
 * is the error.
 */
async function firstPermitted(ways, work) {
    let refusal;
    for (const way of ways) {
        try {
            return await work(way);
        }
        catch (error) {
            if (!(error instanceof errors/* PipelineError */.z) || error.code !== 'access-denied')
                throw error;
            refusal ??= error;
        }
    }
    throw refusal;
}
/**
 * One repository that several roles of this job may be for. Each kind of call goes by the role that was permitted it last,
 * and by the others when that one is refused: one role may read where another may write.
 * @param repositories the same repository by each role, the preferred first
 */
function byAnyRole(repositories) {
    const [preferred] = repositories;
    const order = () => {
        let first = preferred;
        return (work) => firstPermitted([first, ...repositories.filter((one) => one !== first)], async (repository) => {
            const result = await work(repository);
            first = repository;
            return result;
        });
    };
    const manifests = order();
    const locateBlob = order();
    const presentBlobs = order();
    const putBlob = order();
    const putManifest = order();
    const referrers = order();
    return {
        name: preferred.name,
        registry: preferred.registry,
        repository: preferred.repository,
        manifests: (references) => manifests((repository) => repository.manifests(references)),
        locateBlob: (blob) => locateBlob((repository) => repository.locateBlob(blob)),
        presentBlobs: (digests) => presentBlobs((repository) => repository.presentBlobs(digests)),
        putBlob: (blob, offer) => putBlob((repository) => repository.putBlob(blob, offer)),
        putManifest: (manifest, tag) => putManifest((repository) => repository.putManifest(manifest, tag)),
        referrers: (subject) => referrers((repository) => repository.referrers(subject)),
    };
}

;// CONCATENATED MODULE: ./packages/ecr/lib/authorization.js

/**
 * Gets the password of the caller's own registry. It opens every registry of the same region that the caller may access,
 * for twelve hours (ECR API reference, GetAuthorizationToken).
 */
async function authorizeRegistry(client, context) {
    const { GetAuthorizationTokenCommand } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 8249, 19));
    const attempted = 'Could not get a registry token from ECR';
    try {
        const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
        const { authorizationToken: token, proxyEndpoint, expiresAt } = authorizationData?.[0] ?? {};
        if (!token || !proxyEndpoint || !expiresAt) {
            throw new errors/* PipelineError */.z({ code: 'service', attempted, answer: 'the answer holds no token, endpoint or expiry' });
        }
        const { host, protocol } = new URL(proxyEndpoint);
        return {
            registry: host,
            protocol: protocol === 'http:' ? 'http:' : 'https:',
            credentials: decodeToken(token, context),
            expiresAt,
        };
    }
    catch (error) {
        throw explainAwsError(error, attempted, 'ecr:GetAuthorizationToken on *');
    }
}
/** ECR Public has one host, and its API is in one region (ECR Public user guide, "Registry authentication"). */
const PUBLIC_REGISTRY = 'public.ecr.aws';
const PUBLIC_REGION = 'us-east-1';
/** Gets the password of ECR Public. Its answer names no host. */
async function authorizePublicRegistry(credentials, context) {
    const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await __webpack_require__.e(/* import() */ 821).then(__webpack_require__.t.bind(__webpack_require__, 9821, 19));
    const attempted = 'Could not get a registry token from ECR Public';
    const identity = { region: PUBLIC_REGION, ...(credentials === undefined ? {} : { credentials }) };
    try {
        const client = new ECRPUBLICClient(awsClientConfig(context, identity));
        const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
        const { authorizationToken: token, expiresAt } = authorizationData ?? {};
        if (!token || !expiresAt) {
            throw new errors/* PipelineError */.z({ code: 'service', attempted, answer: 'the answer holds no token or expiry' });
        }
        return { registry: PUBLIC_REGISTRY, protocol: 'https:', credentials: decodeToken(token, context), expiresAt };
    }
    catch (error) {
        throw explainAwsError(error, attempted, 'ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken on *');
    }
}
/** A token is base64 of `AWS:password`; a password may hold colons. */
function decodeToken(token, context) {
    const [username = '', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':');
    const password = rest.join(':');
    for (const secret of [password, token])
        context.mask(secret);
    return { username, password };
}

;// CONCATENATED MODULE: ./packages/ecr/lib/ecr-repository.js



// BatchGetImage and BatchCheckLayerAvailability take at most this many at once (ECR API reference).
const BATCH = 100;
/** A repository of ECR: questions in batches by the API, bytes by the distribution protocol. */
function createEcrRepository(access, repository, context) {
    const { client, data, accountId, limits } = access;
    const name = `${data.host}/${repository}`;
    const common = { registryId: accountId, repositoryName: repository };
    return {
        name,
        registry: data.host,
        repository,
        async manifests(references) {
            const found = new Map();
            for (const batch of batches(references)) {
                for (const [reference, manifest] of await getImages(client, common, batch, name))
                    found.set(reference, manifest);
            }
            return found;
        },
        locateBlob: (blob) => locateLayer(client, common, blob, name, context),
        async presentBlobs(digests) {
            const answers = await Promise.all(batches(digests).map((batch) => availableLayers(client, common, batch, name)));
            return new Set(answers.flat());
        },
        async putBlob(blob, offer) {
            await limits.layerUpload.take();
            return putBlob(data, repository, blob, offer, context);
        },
        async putManifest(manifest, tag) {
            await limits.putImage.take();
            await putImage(client, common, manifest, tag, name);
        },
        referrers: (subject) => ecr_repository_listReferrers(client, common, subject, name),
    };
}
/** Cuts a list into the batches that the API takes. */
function batches(items, size = BATCH) {
    return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
async function getImages(client, common, references, name) {
    const attempted = `Could not look up ${references.length === 1 ? references[0] : `${references.length} images`} in ${name}`;
    try {
        const { images = [], failures = [] } = await client.send(new dist_cjs/* BatchGetImageCommand */.P8n({
            ...common,
            imageIds: references.map(identifier),
            acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES],
        }));
        const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
        if (failure !== undefined) {
            throw new errors/* PipelineError */.z({
                code: 'service',
                attempted,
                answer: `${failure.failureCode} for ${failure.imageId?.imageTag ?? failure.imageId?.imageDigest}: ${failure.failureReason}`,
            });
        }
        return new Map(images.flatMap((image) => named(image, references)));
    }
    catch (error) {
        throw explainRepositoryError(error, attempted, 'ecr:BatchGetImage', name);
    }
}
/** An image answers the tag it was asked by, and the digest if that was asked for. */
function named({ imageId, imageManifest, imageManifestMediaType }, references) {
    if (imageManifest === undefined)
        return [];
    const claimed = imageId?.imageDigest !== undefined && (0,lib_digest/* isDigest */.Bc)(imageId.imageDigest) ? imageId.imageDigest : undefined;
    const manifest = manifestFromBytes(Buffer.from(imageManifest, 'utf8'), imageManifestMediaType, claimed);
    return [imageId?.imageTag, manifest.digest]
        .filter((name) => name !== undefined && references.includes(name))
        .map((name) => [name, manifest]);
}
function identifier(reference) {
    return (0,lib_digest/* isDigest */.Bc)(reference) ? { imageDigest: reference } : { imageTag: reference };
}
async function availableLayers(client, common, digests, name) {
    const attempted = `Could not ask which of ${digests.length} layers are in ${name}`;
    try {
        const { layers = [] } = await client.send(new dist_cjs/* BatchCheckLayerAvailabilityCommand */.YmI({ ...common, layerDigests: [...digests] }));
        return layers
            .filter(({ layerAvailability }) => layerAvailability === 'AVAILABLE')
            .map(({ layerDigest }) => layerDigest)
            .filter((digest) => digest !== undefined && (0,lib_digest/* isDigest */.Bc)(digest));
    }
    catch (error) {
        throw explainRepositoryError(error, attempted, 'ecr:BatchCheckLayerAvailability', name);
    }
}
async function locateLayer(client, common, blob, name, context) {
    const attempted = `Could not get the layer ${blob.digest} of ${name}`;
    let url;
    try {
        const { downloadUrl = '' } = await client.send(new dist_cjs/* GetDownloadUrlForLayerCommand */.pKL({ ...common, layerDigest: blob.digest }));
        url = new URL(downloadUrl);
    }
    catch (error) {
        throw explainRepositoryError(error, attempted, 'ecr:GetDownloadUrlForLayer', name);
    }
    assertRedirectAllowed(new URL(`https://${name}`), url);
    return () => openStored(url, attempted, context);
}
/** The address is signed by itself; no Authorization goes with it. */
async function openStored(url, attempted, context) {
    const response = await context.send({ method: 'GET', url });
    if (response.status === 200)
        return response.body;
    const text = (await (0,http/* readBody */.x8)(response.body, 64 * 1024).catch(() => Buffer.alloc(0))).toString('utf8');
    // With its status, so that whoever copies the blob can tell whether to start it anew.
    throw new RegistryError(response.status, response.headers['retry-after'], {
        code: 'service',
        attempted,
        answer: `${url.host} answered ${response.status} ${text.slice(0, 200)}`,
    });
}
async function putImage(client, common, manifest, tag, name) {
    const attempted = `Could not put ${manifest.digest}${tag === undefined ? '' : ` as ${tag}`} into ${name}`;
    try {
        const { image } = await client.send(new dist_cjs/* PutImageCommand */.SUU({
            ...common,
            imageManifest: manifest.bytes.toString('utf8'),
            imageManifestMediaType: manifest.mediaType,
            imageDigest: manifest.digest,
            ...(tag === undefined ? {} : { imageTag: tag }),
        }));
        if (image?.imageId?.imageDigest === manifest.digest)
            return;
        throw new errors/* PipelineError */.z({ code: 'corrupt', attempted, answer: `ECR stored it as ${image?.imageId?.imageDigest}` });
    }
    catch (error) {
        // The same digest is there already, under the same tag if one was given: what was asked for is so.
        if (awsErrorCode(error) === 'ImageAlreadyExistsException')
            return;
        if (awsErrorCode(error) === 'ImageTagAlreadyExistsException' && tag !== undefined) {
            const holder = (await getImages(client, common, [tag], name)).get(tag);
            if (holder?.digest === manifest.digest)
                return;
        }
        throw explainRepositoryError(error, attempted, 'ecr:PutImage', name);
    }
}
async function ecr_repository_listReferrers(client, common, subject, name) {
    const found = [];
    let nextToken;
    do {
        try {
            const page = await client.send(new dist_cjs/* ListImageReferrersCommand */.hxf({
                ...common,
                subjectId: { imageDigest: subject },
                maxResults: 50,
                ...(nextToken === undefined ? {} : { nextToken }),
            }));
            for (const { digest, mediaType, size, artifactType, annotations } of page.referrers ?? []) {
                if (digest === undefined || !(0,lib_digest/* isDigest */.Bc)(digest) || mediaType === undefined)
                    continue;
                found.push({
                    digest,
                    mediaType,
                    size: size ?? 0,
                    ...(artifactType === undefined ? {} : { artifactType }),
                    ...(annotations === undefined ? {} : { annotations }),
                });
            }
            nextToken = page.nextToken;
        }
        catch (error) {
            throw explainRepositoryError(error, `Could not list the referrers of ${subject} in ${name}`, 'ecr:BatchGetImage', name);
        }
    } while (nextToken !== undefined);
    return found;
}
/** An ECR error about a repository, with the step that most often helps. */
function explainRepositoryError(error, attempted, action, name) {
    const repository = name.slice(name.indexOf('/') + 1);
    if (awsErrorCode(error) === 'RepositoryNotFoundException') {
        return explainAwsError(error, attempted, action, `Create it with \`aws ecr create-repository --repository-name ${repository}\` in the account and region of ${name.slice(0, name.indexOf('/'))}, or with create-repository: true in build-push.`);
    }
    return explainAwsError(error, attempted, `${action} on the repository ${name}`);
}

;// CONCATENATED MODULE: ./packages/ecr/lib/host.js
// One grammar for commercial, China, GovCloud, ISO, FIPS and dual-stack hosts (ECR user guide, "Registry URLs").
const ECR_HOST = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+$/;
/** Account and region of a host with the shape of an ECR registry; undefined for any other. */
function parseEcrHost(host) {
    const [, accountId, region] = ECR_HOST.exec(host) ?? [];
    return accountId === undefined || region === undefined ? undefined : { accountId, region };
}

;// CONCATENATED MODULE: ./packages/ecr/lib/logins.js



/** The environment variable that leads later steps to the record. */
const LOGINS_VARIABLE = 'ECR_PIPELINE_LOGINS';
/** The path of the record: the one of this job if a step has begun one, else a new one. */
function loginsPath(context) {
    return context.env[LOGINS_VARIABLE] || join(context.temporaryDirectory, 'ecr-pipeline-logins.json');
}
/** All logins of this job, the newest last; none when no login step has run. */
async function readLogins(context) {
    const path = context.env[LOGINS_VARIABLE];
    if (path === undefined || path === '')
        return [];
    const text = await (0,promises_.readFile)(path, 'utf8').catch((error) => {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    });
    if (text === undefined)
        return [];
    const record = JSON.parse(text);
    if (record.version !== 2) {
        throw new errors/* PipelineError */.z({
            code: 'environment',
            attempted: `Could not read the record of logins ${path}`,
            answer: `its version is ${String(record.version)}`,
            fix: 'Use the same release of the suite in every step of the job.',
        });
    }
    return record.logins;
}
/**
 * Adds logins to the record. One for the same registry by the same roles replaces the older; another role to the same
 * registry stands beside it (see `loginFor`).
 */
async function recordLogins(context, added) {
    const path = loginsPath(context);
    const names = new Set(added.map(identity));
    const kept = (await readLogins({ env: { ...context.env, [LOGINS_VARIABLE]: path } })).filter((login) => !names.has(identity(login)));
    await writeRecord(path, [...kept, ...added]);
    return path;
}
/** Takes the logins of a step out of the record again. */
async function forgetLogins(path, step) {
    const logins = await readLogins({ env: { [LOGINS_VARIABLE]: path } });
    const kept = logins.filter((login) => login.step !== step);
    if (kept.length > 0)
        await writeRecord(path, kept);
    else
        await rm(path, { force: true });
}
/**
 * The login to use for a repository: of those for its registry the newest that was narrowed to repositories with that one
 * among them, or was not narrowed at all; when none fits, or no repository is named, the newest.
 */
function loginFor(logins, registry, repository) {
    return loginsFor(logins, registry, repository)[0];
}
/** All logins that may be for a repository, in that order: each may be permitted what the others are not. */
function loginsFor(logins, registry, repository) {
    const candidates = logins.filter((login) => login.registry === registry).reverse();
    const fitting = candidates.filter(({ repositories }) => repository === undefined ||
        repositories === undefined ||
        repositories.some((pattern) => matches(pattern, repository)));
    return fitting.length > 0 ? fitting : candidates.slice(0, 1);
}
/** A resource pattern as IAM reads it: "*" is any characters, "/" among them. */
function matches(pattern, name) {
    const parts = pattern.split('*').map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
}
function identity({ registry, repositories, session }) {
    const { role, chain } = session?.request ?? {};
    return JSON.stringify([registry, role, chain, repositories]);
}
async function writeRecord(path, logins) {
    const record = { version: 2, logins };
    await writeFileAtomically(path, JSON.stringify(record), 0o600);
}
/**
 * The credentials of a recorded session, in the SDK's shape: from the record, or from the environment when the session
 * was exported. Undefined when neither has them.
 */
function sessionCredentials(session, env) {
    const { accessKeyId, secrets } = session;
    const expiration = new Date(session.expiration);
    if (secrets !== undefined)
        return { accessKeyId, ...secrets, expiration };
    const { AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env;
    if (!isExported(session, env) || !secretAccessKey || !sessionToken)
        return undefined;
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
}
/** Tells whether the credentials in the environment are those of the session. */
function isExported({ accessKeyId }, env) {
    return env.AWS_ACCESS_KEY_ID === accessKeyId;
}

;// CONCATENATED MODULE: ./packages/ecr/lib/oidc.js


/** Tells whether this job may ask GitHub for a token at all. */
function canRequestToken(env) {
    return Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
}
/** Asks GitHub for this job's OIDC token. It lives for minutes: ask again rather than keep it. */
async function requestToken(audience, context) {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: endpoint, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = context.env;
    if (!endpoint || !bearer)
        throw await whyNoToken(context);
    const url = new URL(endpoint);
    url.searchParams.set('audience', audience);
    const attempted = `Could not get an OIDC token from GitHub (${url.host}) for the audience ${audience}`;
    const token = await retry(async () => {
        const response = await context.send({
            method: 'GET',
            url,
            headers: { authorization: `bearer ${bearer}`, accept: 'application/json' },
        });
        const text = (await (0,http/* readBody */.x8)(response.body, 1024 * 1024)).toString('utf8');
        if (response.status !== 200) {
            throw new errors/* PipelineError */.z({
                code: response.status >= 500 || response.status === 429 ? 'service' : 'access-denied',
                attempted,
                answer: `it answered ${response.status}`,
            });
        }
        return JSON.parse(text).value;
    }, { ...context, attempts: 5, again: (error) => !(error instanceof errors/* PipelineError */.z) || error.code === 'service' }).catch((error) => {
        throw error instanceof errors/* PipelineError */.z
            ? error
            : new errors/* PipelineError */.z({ code: 'service', attempted, answer: (0,errors/* messageOf */.b)(error), cause: error });
    });
    if (!token)
        throw new errors/* PipelineError */.z({ code: 'service', attempted, answer: 'it answered without a token' });
    context.mask(token);
    return token;
}
/** What a token says of itself; undefined for something that is not a JWT. Nothing is verified: AWS does that. */
function tokenClaims(token) {
    try {
        return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    }
    catch {
        return undefined;
    }
}
/** The three reasons why GitHub gives a job no token; the event says which it is. */
async function whyNoToken({ env }) {
    const attempted = 'This job may not ask GitHub for an OIDC token';
    const event = await readEvent(env.GITHUB_EVENT_PATH);
    if (event?.pull_request?.head?.repo?.fork === true) {
        return new errors/* PipelineError */.z({
            code: 'access-denied',
            attempted,
            answer: 'it runs for a pull request from a fork, and those never get one',
            fix: 'Build without pushing there (build-push with push: false), and push after the merge.',
        });
    }
    if (env.GITHUB_ACTOR === 'dependabot[bot]') {
        return new errors/* PipelineError */.z({
            code: 'access-denied',
            attempted,
            answer: 'it was started by Dependabot, whose runs never get one',
            fix: "Skip this step with `if: github.actor != 'dependabot[bot]'`, or run it on push after the merge.",
        });
    }
    return new errors/* PipelineError */.z({
        code: 'access-denied',
        attempted,
        answer: 'the permission is missing',
        fix: 'Add `permissions: { id-token: write, contents: read }` to the job; in a reusable workflow the calling job must grant it too.',
    });
}
async function readEvent(path) {
    if (!path)
        return undefined;
    try {
        return JSON.parse(await (0,promises_.readFile)(path, 'utf8'));
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./packages/ecr/lib/sts-retry.js

const LONGEST_MILLISECONDS = 60_000;
// IAM is eventually consistent right after a change, and parallel jobs saw transient refusals
// (aws-actions/configure-aws-credentials#299); a trust policy that is wrong stays wrong.
const REFUSALS = 3;
const REFUSAL_MILLISECONDS = 10_000;
const BUSY = /^(?:IDPCommunicationError|Throttl|RequestLimitExceeded|TooManyRequests|ServiceUnavailable|InternalFailure|RequestTimeout|TimeoutError)/;
const STALE_TOKEN = /^(?:ExpiredToken|InvalidIdentityToken)/;
// The SDK corrects its clock by the answer's Date, so the second signature is good.
const CLOCK_SKEW = /^(?:RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|InvalidSignature|SignatureDoesNotMatch)/;
const CONNECTION = /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/;
/**
 * Which refusals of STS pass by themselves, and how often each is worth asking again: what is busy or unreachable within
 * a minute, a refusal three times within ten seconds, a stale token or a wrong clock once. All else is final.
 */
function stsRetry(context, attempts) {
    const started = context.clock.now();
    const seen = { refusals: 0, tokens: 0, skews: 0 };
    return {
        clock: context.clock,
        random: context.random,
        attempts,
        baseMilliseconds: 500,
        deadline: started + LONGEST_MILLISECONDS,
        again(error) {
            if (error instanceof errors/* PipelineError */.z)
                return false;
            const code = awsErrorCode(error) ?? '';
            if (isBusy(error, code))
                return true;
            if (STALE_TOKEN.test(code)) {
                seen.tokens += 1;
                return seen.tokens === 1;
            }
            if (CLOCK_SKEW.test(code)) {
                seen.skews += 1;
                return seen.skews === 1;
            }
            if (!code.startsWith('AccessDenied'))
                return false;
            seen.refusals += 1;
            return seen.refusals < REFUSALS && context.clock.now() - started < REFUSAL_MILLISECONDS;
        },
    };
}
function isBusy(error, code) {
    if (BUSY.test(code))
        return true;
    const { $metadata, code: system } = error;
    return ($metadata?.httpStatusCode ?? 0) >= 500 || CONNECTION.test(String(system ?? ''));
}

;// CONCATENATED MODULE: ./packages/ecr/lib/trust.js


const CLAIMS = [
    'iss',
    'aud',
    'sub',
    'repository',
    'repository_id',
    'repository_owner_id',
    'ref',
    'environment',
    'event_name',
    'job_workflow_ref',
    'actor',
];
/**
 * Explains why STS refused a token: what the token says of itself (never the token), and the trust statement that would
 * have let it in. Only `aud` and `sub` are named there, the two that IAM is sure to know.
 */
function explainRefusal(error, request, token) {
    if (error instanceof errors/* PipelineError */.z)
        return error;
    const attempted = `Could not assume the role ${request.role} with the token of this job`;
    const text = textOf(error);
    const known = knownFix(text, request);
    if (known !== undefined)
        return explainAwsError(error, attempted, '', known);
    const claims = tokenClaims(token);
    if (claims === undefined || !/AccessDenied|InvalidIdentityToken|IDPRejectedClaim|ExpiredToken/.test(text)) {
        return explainAwsError(error, attempted, 'sts:AssumeRoleWithWebIdentity');
    }
    const shown = CLAIMS.filter((name) => claims[name] !== undefined).map((name) => `  ${name}: ${String(claims[name])}`);
    return explainAwsError(error, attempted, '', `The token says:\n${shown.join('\n')}\n${whatToCorrect(text, request, claims)}`);
}
/** Explains why a role could not be assumed with AWS credentials: by a chain, or by the ambient ones. */
function explainAssumeRole(error, request, role) {
    const text = textOf(error);
    const tagged = Object.keys(request.tags).length > 0;
    const refused = /AccessDenied/.test(text)
        ? `The role's trust policy must name the caller and allow sts:AssumeRole${tagged ? ' and sts:TagSession (or set role-skip-session-tagging: true)' : ''}${role.externalId === undefined ? '' : ', under the external id given'}; the caller's own policies must allow it on ${role.arn}.`
        : undefined;
    return explainAwsError(error, `Could not assume the role ${role.arn}`, `sts:AssumeRole on ${role.arn}`, knownFix(text, request) ?? refused);
}
function textOf(error) {
    return error instanceof Error ? `${error.name} ${error.message}` : '';
}
/** What to do about the errors that have one cause. */
function knownFix(text, { role, durationSeconds, policy, chain, region }) {
    if (/MaxSessionDuration/.test(text))
        return `role-duration-seconds is ${durationSeconds}: lower it, or raise the maximum session duration of the role (aws iam update-role --max-session-duration).`;
    if (/1 hour session limit/.test(text))
        return `role-duration-seconds is ${durationSeconds}, and a session that a role session assumes lasts 3600 at most${chain.length > 0 ? '' : ': the ambient credentials are those of a role'}.`;
    if (/PackedPolicyTooLarge/.test(text))
        return `The session policy has ${policy?.length ?? 0} characters; name fewer repositories, cover them with a pattern such as team/*, or pass fewer tags.`;
    if (/IDPCommunicationError/.test(text))
        return 'AWS could not reach the issuer of the token, several times; run again later. The issuer of a GitHub Enterprise Server must be reachable from the internet.';
    if (/MalformedPolicyDocument/.test(text))
        return `Correct inline-session-policy; it reads: ${policy ?? '(none was given)'}`;
    if (/RegionDisabled/.test(text))
        return `Activate STS for ${region} in the account of ${role} (IAM console, account settings), or choose another aws-region.`;
    return undefined;
}
function whatToCorrect(text, request, claims) {
    const [, , , , account = 'ACCOUNT'] = request.role.split(':');
    const provider = providerOf(claims);
    if (/audience/i.test(text))
        return `The provider ${provider} in account ${account} does not know the audience ${String(claims.aud)}: add it to the provider's client ids, or set \`audience\` to one that it has.`;
    if (/No OpenIDConnect provider/i.test(text))
        return `Create the provider ${provider} in account ${account}: aws iam create-open-id-connect-provider --url ${String(claims.iss)} --client-id-list ${String(claims.aud)}`;
    return `The trust policy of the role must have a statement that matches, such as:\n${trustStatement(request, claims)}\nA job with an \`environment\` has another \`sub\` than one without; the provider must exist in the role's account, and the role itself must exist.`;
}
function providerOf(claims) {
    return String(claims.iss).replace(/^https?:\/\//, '');
}
function trustStatement({ role }, claims) {
    const [, partition = 'aws', , , account = 'ACCOUNT'] = role.split(':');
    const provider = providerOf(claims);
    return JSON.stringify({
        Effect: 'Allow',
        Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${provider}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${provider}:aud`]: claims.aud, [`${provider}:sub`]: subjectsOf(claims) } },
    });
}
/**
 * The subject in both forms, with and without immutable ids (github/docs#45221): a repository may go from one to the
 * other, and a policy that names only one stops matching then.
 */
function subjectsOf({ sub, repository, repository_id: id, repository_owner_id: ownerId }) {
    const [owner, name] = String(repository).split('/');
    if (typeof sub !== 'string' || !id || !ownerId || !owner || !name)
        return sub;
    const named = `repo:${owner}/${name}:`;
    const numbered = `repo:${owner}@${String(ownerId)}/${name}@${String(id)}:`;
    const [form] = [named, numbered].filter((prefix) => sub.startsWith(prefix));
    if (form === undefined)
        return sub;
    const rest = sub.slice(form.length);
    return [`${named}${rest}`, `${numbered}${rest}`];
}

;// CONCATENATED MODULE: ./packages/ecr/lib/session.js





// A session that chains from another one is limited to an hour, whatever the role allows (IAM user guide, "Role chaining").
const CHAINED_MAXIMUM = 3600;
/**
 * Goes from GitHub's token (or the ambient credentials, where the job has no token) to the session of the last role.
 * The answer of STS carries account and partition, so nothing else is asked.
 */
async function establishSession(request, context) {
    const { STSClient } = await __webpack_require__.e(/* import() */ 695).then(__webpack_require__.t.bind(__webpack_require__, 1695, 19));
    const clientFor = (credentials) => new STSClient(
    // Once: which answers are worth another try is decided in one place, sts-retry.ts.
    {
        ...awsClientConfig(context, { region: request.region, ...(credentials === undefined ? {} : { credentials }) }),
        maxAttempts: 1,
    });
    const byToken = request.tokenFile !== undefined || canRequestToken(context.env) || !hasAmbientCredentials(context.env);
    let session = byToken
        ? await assumeByToken(request, clientFor(), context)
        : await assumeByRole(request, { arn: request.role, ...(request.externalId === undefined ? {} : { externalId: request.externalId }) }, clientFor(), request.chain.length === 0, context);
    for (const [index, role] of request.chain.entries()) {
        session = await assumeByRole(request, role, clientFor(session.credentials), index === request.chain.length - 1, context);
    }
    return session;
}
/** Who the ambient credentials belong to: the account and its partition. */
async function ambientCaller(region, context) {
    const { STSClient, GetCallerIdentityCommand } = await __webpack_require__.e(/* import() */ 695).then(__webpack_require__.t.bind(__webpack_require__, 1695, 19));
    try {
        const { Account = '', Arn = '' } = await new STSClient(awsClientConfig(context, { region })).send(new GetCallerIdentityCommand({}));
        return { accountId: Account, partition: Arn.split(':')[1] ?? 'aws' };
    }
    catch (error) {
        throw explainAwsError(error, 'Could not find out which account the AWS credentials belong to', 'sts:GetCallerIdentity');
    }
}
/** Tells whether the environment offers AWS credentials of its own: variables, container, web identity file, profile. */
function hasAmbientCredentials(env) {
    return Boolean(env.AWS_ACCESS_KEY_ID ||
        env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ||
        env.AWS_CONTAINER_CREDENTIALS_FULL_URI ||
        env.AWS_WEB_IDENTITY_TOKEN_FILE ||
        env.AWS_PROFILE);
}
async function assumeByToken(request, client, context) {
    const { AssumeRoleWithWebIdentityCommand } = await __webpack_require__.e(/* import() */ 695).then(__webpack_require__.t.bind(__webpack_require__, 1695, 19));
    let token = '';
    return retry(async () => {
        token =
            request.tokenFile === undefined
                ? await requestToken(request.audience, context)
                : await tokenFromFile(request.tokenFile);
        const last = request.chain.length === 0;
        return sessionFrom(await client.send(new AssumeRoleWithWebIdentityCommand({
            RoleArn: request.role,
            RoleSessionName: request.sessionName,
            WebIdentityToken: token,
            DurationSeconds: request.durationSeconds,
            ...(last ? narrowing(request) : {}),
        })), context);
    }, stsRetry(context, attemptsOf(request))).catch((error) => {
        throw explainRefusal(error, request, token);
    });
}
function attemptsOf({ attempts = 12 }) {
    return attempts;
}
async function assumeByRole(request, role, client, last, context) {
    const { AssumeRoleCommand } = await __webpack_require__.e(/* import() */ 695).then(__webpack_require__.t.bind(__webpack_require__, 1695, 19));
    const assume = (tags) => retry(async () => sessionFrom(await client.send(new AssumeRoleCommand({
        RoleArn: role.arn,
        RoleSessionName: request.sessionName,
        DurationSeconds: durationOf(request),
        ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
        ...tagging(request, tags),
        ...(last ? narrowing(request) : {}),
    })), context), stsRetry(context, attemptsOf(request)));
    const tags = Object.keys(request.tags);
    const needed = tags.filter((name) => !request.droppableTags?.includes(name));
    try {
        return await assume(tags).catch((error) => {
            const tooLarge = awsErrorCode(error)?.startsWith('PackedPolicyTooLarge') === true;
            if (!tooLarge || needed.length === tags.length)
                throw error;
            context.log.notice(`STS found tags and policies together too large: the session goes without the tags ${tags.filter((name) => !needed.includes(name)).join(', ')}.`);
            return assume(needed);
        });
    }
    catch (error) {
        throw explainAssumeRole(error, request, role);
    }
}
function durationOf({ chain, durationSeconds }) {
    return chain.length > 0 ? Math.min(durationSeconds, CHAINED_MAXIMUM) : durationSeconds;
}
function tagging({ tags, transitiveTagKeys }, names) {
    if (names.length === 0)
        return {};
    const transitive = transitiveTagKeys.filter((key) => names.includes(key));
    return {
        Tags: names.map((Key) => ({ Key, Value: tags[Key] ?? '' })),
        ...(transitive.length === 0 ? {} : { TransitiveTagKeys: transitive }),
    };
}
function narrowing(request) {
    return {
        ...(request.policy === undefined ? {} : { Policy: request.policy }),
        ...(request.policyArns.length === 0 ? {} : { PolicyArns: request.policyArns.map((arn) => ({ arn })) }),
    };
}
function sessionFrom({ Credentials: given, AssumedRoleUser: user }, context) {
    const accountId = user?.Arn?.split(':')[4];
    if (!given?.AccessKeyId ||
        !given.SecretAccessKey ||
        !given.SessionToken ||
        !given.Expiration ||
        !user?.Arn ||
        !accountId) {
        throw new errors/* PipelineError */.z({
            code: 'service',
            attempted: 'Could not assume the role',
            answer: 'STS answered without credentials',
        });
    }
    context.mask(given.SecretAccessKey);
    context.mask(given.SessionToken);
    const credentials = {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.SessionToken,
        expiration: given.Expiration,
    };
    return { credentials, arn: user.Arn, accountId };
}
async function tokenFromFile(path) {
    try {
        return (await (0,promises_.readFile)(path, 'utf8')).trim();
    }
    catch (cause) {
        throw new errors/* PipelineError */.z({
            code: 'environment',
            attempted: `Could not read the web identity token file ${path}`,
            cause,
        });
    }
}

;// CONCATENATED MODULE: ./packages/ecr/lib/identity.js






// A session or token that ends within this time is renewed before it is used.
const MARGIN_MILLISECONDS = 60_000;
/** How AWS is called for a login: with its session while that lasts, then with the next one, got in the same way. */
function identityOf({ region, session }, context) {
    if (session === undefined)
        return { region };
    return {
        region,
        credentials: async () => {
            const lasts = Date.parse(session.expiration) - MARGIN_MILLISECONDS > context.clock.now();
            const current = lasts ? sessionCredentials(session, context.env) : undefined;
            return current ?? (await renewOnce(session, context)).credentials;
        },
    };
}
const renewals = new WeakMap();
/** One login has several clients (control plane, registry); they share what one of them has renewed, while it lasts. */
async function renewOnce(session, context) {
    const known = renewals.get(session);
    const earlier = await known?.catch(() => undefined);
    const lasts = earlier !== undefined && earlier.credentials.expiration.getTime() - MARGIN_MILLISECONDS > context.clock.now();
    if (lasts)
        return earlier;
    // Somebody else may have begun while this one waited to see that the earlier is over.
    const begun = renewals.get(session);
    const next = begun === undefined || begun === known ? renew(session, context) : begun;
    renewals.set(session, next);
    return next;
}
async function renew(session, context) {
    const { env } = context;
    const byToken = session.request.tokenFile !== undefined || canRequestToken(env);
    // The role was assumed with ambient credentials, and the exported session has taken their place.
    if (!byToken && isExported(session, env)) {
        throw new errors/* PipelineError */.z({
            code: 'access-denied',
            attempted: `The session of ${session.request.role} has ended, and there is nothing to renew it with`,
            answer: `it lasted until ${session.expiration}`,
            fix: 'Raise role-duration-seconds, or set export-credentials: false so that the credentials it was assumed with stay.',
        });
    }
    return establishSession(session.request, context);
}
/** Asks for a new password of the registry of a login. */
async function authorizeLogin(login, context) {
    const identity = identityOf(login, context);
    if (login.type === 'public')
        return authorizePublicRegistry(identity.credentials, context);
    return authorizeRegistry(new dist_cjs/* ECRClient */.S70(awsClientConfig(context, identity)), context);
}
/** The password of a login while it lasts, then the next. */
function registryCredentials(login, context) {
    let current = login.registryCredentials === undefined
        ? undefined
        : { credentials: login.registryCredentials, expiresAt: new Date(login.registryCredentialsExpire) };
    return async () => {
        if (current === undefined || current.expiresAt.getTime() - MARGIN_MILLISECONDS < context.clock.now())
            current = await authorizeLogin(login, context);
        return current.credentials;
    };
}

;// CONCATENATED MODULE: ./packages/ecr/lib/rate.js
/**
 * A token bucket: as many calls at once as a second allows, then one after another at the rate.
 * @param perSecond the quota of the operation, per account and region
 */
function createRateLimit(perSecond, clock) {
    const interval = 1000 / perSecond;
    // When the bucket will be full again; each call moves it on by one token's time.
    let full = clock.now();
    return {
        async take() {
            const now = clock.now();
            full = Math.max(full, now) + interval;
            const wait = full - now - 1000;
            if (wait > 0)
                await clock.sleep(wait);
        },
    };
}
const shared = new WeakMap();
/** The limits of an account in a region: whoever calls it in this job, by whichever role, takes from the same buckets. */
function ecrLimits(accountId, region, clock) {
    const limits = shared.get(clock) ?? new Map();
    shared.set(clock, limits);
    const key = `${accountId}/${region}`;
    const known = limits.get(key) ?? { putImage: createRateLimit(10, clock), layerUpload: createRateLimit(100, clock) };
    limits.set(key, known);
    return known;
}

;// CONCATENATED MODULE: ./packages/ecr/lib/registries.js











/** Opens the record of logins. Nothing is asked of any registry before it is used. */
async function openRegistries(context) {
    return registriesOf(await readLogins(context), context);
}
/** The registries that these logins are for, and those of the ambient credentials. */
function registriesOf(logins, context) {
    const known = new Map();
    const open = (registry, login) => {
        const key = `${registry} ${login === undefined ? '' : logins.indexOf(login)}`;
        const opened = known.get(key) ?? openEcr(registry, login, context);
        known.set(key, opened);
        return opened;
    };
    const accesses = async (registry, repository) => {
        const candidates = loginsFor(logins, registry, repository);
        const opened = await Promise.all((candidates.length === 0 ? [undefined] : candidates).map((login) => open(registry, login)));
        return opened.filter((access) => access !== undefined);
    };
    const defaultRegistry = () => {
        const hosts = [...new Set(logins.map(({ registry }) => registry))];
        const [only, ...others] = hosts;
        if (only === undefined) {
            throw new errors/* PipelineError */.z({
                code: 'environment',
                attempted: 'No registry is named, and no step of this job has logged in to one',
                fix: 'Run ecr-login-oidc before this step, or write the image as registry/repository@sha256:….',
            });
        }
        if (others.length > 0) {
            throw new errors/* PipelineError */.z({
                code: 'invalid-input',
                attempted: `No registry is named, and this job is logged in to ${hosts.length}: ${hosts.join(', ')}`,
                fix: 'Write the registry in front of the repository: registry/repository@sha256:….',
            });
        }
        return only;
    };
    return {
        logins,
        defaultRegistry,
        complete: (reference) => ({ ...reference, registry: reference.registry ?? defaultRegistry() }),
        ecr: async (registry, repository) => (await accesses(registry, repository))[0],
        async ask({ registry, repository }, question) {
            const ways = await accesses(registry, repository);
            return ways.length === 0 ? undefined : firstPermitted(ways, question);
        },
        async repository({ registry, repository }) {
            const ways = await accesses(registry, repository);
            const [first, ...others] = ways.map((access) => createEcrRepository(access, repository, context));
            if (first !== undefined)
                return others.length === 0 ? first : byAnyRole([first, ...others]);
            const login = loginFor(logins, registry, repository);
            const credentials = login === undefined ? () => dockerCredentials(registry, context) : registryCredentials(login, context);
            const client = createRegistryClient({ host: registry, credentials, preemptive: false }, context);
            return createOciRepository(client, repository, context);
        },
    };
}
/** A recorded login first; then the ambient credentials, where they belong to this host; else it is no ECR of ours. */
async function openEcr(registry, login, context) {
    if (login?.type === 'public')
        return undefined;
    if (login !== undefined)
        return accessByLogin(login, context);
    const shape = parseEcrHost(registry);
    const region = shape?.region ?? awsRegion(undefined, context.env);
    // Only a host on loopback can be an ECR without looking like one; no other host is worth a request to find out.
    if (region === undefined || (shape === undefined && !((0,reference/* isLoopback */.U9)(registry) && hasAmbientCredentials(context.env))))
        return undefined;
    const client = new dist_cjs/* ECRClient */.S70(awsClientConfig(context, { region }));
    const authorization = await authorizeRegistry(client, context);
    if (shape === undefined && authorization.registry !== registry)
        return undefined;
    const data = createRegistryClient({
        host: registry,
        protocol: authorization.protocol,
        credentials: async () => authorization.credentials,
        preemptive: true,
    }, context);
    const accountId = shape?.accountId ?? (await ambientCaller(region, context)).accountId;
    return { client, data, accountId, region, limits: ecrLimits(accountId, region, context.clock) };
}
function accessByLogin(login, context) {
    const client = new dist_cjs/* ECRClient */.S70(awsClientConfig(context, identityOf(login, context)));
    const data = createRegistryClient({
        host: login.registry,
        protocol: login.protocol,
        credentials: registryCredentials(login, context),
        preemptive: true,
    }, context);
    const { accountId, region } = login;
    return { client, data, accountId, region, limits: ecrLimits(accountId, region, context.clock) };
}

;// CONCATENATED MODULE: ./packages/registry/lib/fallback.js



/** The tag that lists the referrers of a digest where a registry does not (distribution-spec 1.1, "Referrers Tag Schema"). */
function fallbackTag(subject) {
    return subject.replace(':', '-');
}
/**
 * What a fallback tag lists. Nothing when the tag holds something else than an index of referrers: GitLab and cosign copy
 * let a tag of this name stand on the image itself (oras-project/oras-go#1396).
 */
function fallbackEntries(manifest, subject) {
    if (manifest.mediaType !== OCI_INDEX || manifest.digest === subject)
        return [];
    const parsed = parseManifest(manifest);
    return parsed.kind === 'index' ? parsed.manifests : [];
}
/** All referrers of a digest: by the referrers API, or by the fallback tag where the registry has none. */
async function fallback_listReferrers(source, subject) {
    const listed = await source.referrers(subject);
    if (listed !== undefined)
        return listed;
    const tag = fallbackTag(subject);
    const index = (await source.manifests([tag])).get(tag);
    return index === undefined ? [] : fallbackEntries(index, subject);
}
/** How an index of referrers lists one (distribution-spec 1.1, "Listing Referrers"). */
function describeReferrer({ bytes, digest, mediaType }) {
    const { artifactType, annotations, config } = JSON.parse(bytes.toString('utf8'));
    const type = artifactType || config?.mediaType;
    return {
        mediaType,
        digest,
        size: bytes.length,
        ...(type === undefined ? {} : { artifactType: type }),
        ...(annotations === undefined ? {} : { annotations }),
    };
}
/**
 * Makes the fallback tag of a subject list these referrers too. What it lists already stays, in its place and its words.
 * @returns whether anything had to be written
 */
async function mergeFallback(target, subject, added) {
    const tag = fallbackTag(subject);
    const existing = (await target.manifests([tag])).get(tag);
    if (existing !== undefined && (existing.mediaType !== media_types_OCI_INDEX || existing.digest === subject))
        throw new errors/* PipelineError */.z({
            code: 'conflict',
            attempted: `The tag ${tag} of ${target.name} should list the referrers of ${subject}`,
            answer: `it stands on ${existing.digest}, which is no index of referrers`,
            fix: 'Remove the tag: a copy with `cosign copy` leaves such tags.',
        });
    const before = existing === undefined
        ? { schemaVersion: 2, mediaType: media_types_OCI_INDEX, manifests: [] }
        : JSON.parse(existing.bytes.toString('utf8'));
    const known = new Set(before.manifests.map(({ digest }) => digest));
    const fresh = added.filter(({ digest }) => !known.has(digest) && known.add(digest));
    if (fresh.length === 0)
        return false;
    const merged = { ...before, manifests: [...before.manifests, ...fresh] };
    await target.putManifest(manifestFromBytes(Buffer.from(JSON.stringify(merged)), media_types_OCI_INDEX), tag);
    return true;
}

;// CONCATENATED MODULE: ./packages/ecr/lib/statement-referrer.js



/** The artifact type of an in-toto statement that is attached to an image. */
const statement_referrer_STATEMENT_TYPE = 'application/vnd.in-toto+json';
const statement_referrer_PREDICATE_ANNOTATION = 'in-toto.io/predicate-type';
const statement_referrer_CREATED_ANNOTATION = 'org.opencontainers.image.created';
// OCI image-spec 1.1, manifest.md, "Guidance for an Empty Descriptor".
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };
/**
 * Pushes an in-toto statement as an OCI 1.1 referrer of an image. The same statement gives the same referrer.
 * @returns the digest of the referrer
 */
async function attachStatement(target, subject, { text, predicateType, created }) {
    const config = await putBytes(target, EMPTY.mediaType, EMPTY.bytes);
    const layer = await putBytes(target, statement_referrer_STATEMENT_TYPE, Buffer.from(text));
    const manifest = manifestFromBytes(Buffer.from(JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: statement_referrer_STATEMENT_TYPE,
        config,
        layers: [layer],
        subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
        annotations: {
            [statement_referrer_PREDICATE_ANNOTATION]: predicateType,
            [statement_referrer_CREATED_ANNOTATION]: new Date(created).toISOString(),
        },
    })), OCI_MANIFEST);
    await target.putManifest(manifest);
    // Asked of the new referrer, which has none itself: the answer is short.
    if ((await target.referrers(manifest.digest)) === undefined)
        await mergeFallback(target, subject.digest, [describeReferrer(manifest)]);
    return manifest.digest;
}
async function putBytes(target, mediaType, bytes) {
    const blob = { mediaType, digest: (0,lib_digest/* digestOf */.ol)(bytes), size: bytes.length };
    if (!(await target.presentBlobs([blob.digest])).has(blob.digest))
        await target.putBlob(blob, {
            expectUpload: true,
            source: 'this statement',
            locate: async () => async () => external_node_stream_.Readable.from([bytes]),
        });
    return blob;
}

;// CONCATENATED MODULE: ./packages/ecr/lib/verdict-referrer.js



const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';
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
    return attachStatement(target, image, { text: statement, predicateType: PREDICATE_TYPE, created });
}
/**
 * The verdicts attached to an image, the newest first. Only the first may decide: an older PASSED does not outlive a newer
 * FAILED.
 * @param limit how many are read
 */
async function findVerdicts(source, subject, limit = 1) {
    const referrers = (await listReferrers(source, subject))
        .filter(({ artifactType, annotations }) => {
        const predicate = annotations?.[PREDICATE_ANNOTATION];
        return artifactType === STATEMENT_TYPE && predicate === PREDICATE_TYPE;
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
    const bytes = await readBody(await openBlob(source, layer), LARGEST);
    if (digestOf(bytes) !== layer.digest)
        throw new PipelineError({
            code: 'corrupt',
            attempted: `Could not read the verdict ${name}`,
            answer: `its bytes have the digest ${digestOf(bytes)} instead of ${layer.digest}`,
        });
    return bytes.toString('utf8');
}
function compare(one, other) {
    return one < other ? -1 : Number(one > other);
}

;// CONCATENATED MODULE: ./actions/gate-on-findings/lib/attach.js


/** Pushes the verdict file, byte for byte, as a referrer of the image. @returns the digest of the referrer */
async function attach(attachment, context) {
    const { digest, verdictFile, now, registry, repository } = attachment;
    const registries = await openRegistries(context);
    const place = registries.complete({ ...(registry === undefined ? {} : { registry }), repository, digest });
    const target = await registries.repository(place);
    const referrer = await attachVerdict(target, digest, await (0,promises_.readFile)(verdictFile, 'utf8'), now);
    context.log.info(`The verdict is attached to ${target.name}@${digest} as ${referrer}.`);
    return referrer;
}


/***/ })

};
