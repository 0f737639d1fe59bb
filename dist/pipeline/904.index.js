export const id = 904;
export const ids = [904,182];
export const modules = {

/***/ 2182:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   describeTaskDefinition: () => (/* binding */ describeTaskDefinition),
/* harmony export */   openEcs: () => (/* binding */ openEcs)
/* harmony export */ });
/* harmony import */ var _aws_sdk_client_ecs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(212);
/* harmony import */ var _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(148);
/* harmony import */ var _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7706);
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(8306);
/* harmony import */ var _wire_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5142);




/**
 * Opens ECS with the ambient credentials: those that the last login exported.
 * @param taskDefinition an ARN tells the region; for all else it is that of the environment
 */
function openEcs(context, taskDefinition = '') {
    const region = /^arn:[^:]+:ecs:([^:]+):/.exec(taskDefinition)?.[1] ?? (0,_ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_0__/* .awsRegion */ .Ue)(undefined, context.env);
    if (region !== undefined)
        return new _aws_sdk_client_ecs__WEBPACK_IMPORTED_MODULE_1__/* .ECSClient */ .Zgc((0,_ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_0__/* .awsClientConfig */ .rw)(context, { region }));
    throw new _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__/* .PipelineError */ .z({
        code: 'environment',
        attempted: 'Could not call Amazon ECS',
        answer: 'no AWS region is known',
        fix: 'Run ecr-login-oidc with aws-region before this step, or set AWS_REGION.',
    });
}
/** The newest active revision of a family, or the revision that is named; undefined when there is none. */
async function describeTaskDefinition(client, reference) {
    const command = new _aws_sdk_client_ecs__WEBPACK_IMPORTED_MODULE_1__/* .DescribeTaskDefinitionCommand */ .Zy$({ taskDefinition: reference, include: ['TAGS'] });
    // The SDK knows the fields of its own day; what ECS has learnt since must survive being read and registered again.
    const answer = (0,_wire_js__WEBPACK_IMPORTED_MODULE_3__/* .keepAnswer */ .Cx)(command.middlewareStack);
    try {
        await client.send(command);
    }
    catch (error) {
        // ECS has no code of its own for it: "ClientException: Unable to describe task definition."
        if ((0,_ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_0__/* .awsErrorCode */ .J6)(error) === 'ClientException' && /unable to describe/i.test(String(error)))
            return undefined;
        throw (0,_ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_0__/* .explainAwsError */ .Ni)(error, `Could not describe the task definition ${reference}`, 'ecs:DescribeTaskDefinition on * (it knows no narrower resource)');
    }
    const { taskDefinition, tags } = answer();
    const { taskDefinitionArn: arn, family } = taskDefinition ?? {};
    if (taskDefinition === undefined || typeof arn !== 'string' || typeof family !== 'string') {
        throw new _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__/* .PipelineError */ .z({
            code: 'service',
            attempted: `Could not describe the task definition ${reference}`,
            answer: 'ECS answered without one',
        });
    }
    return { arn, family, definition: (0,_definition_js__WEBPACK_IMPORTED_MODULE_4__/* .registrable */ .ZV)({ ...taskDefinition, tags: tags ?? [] }) };
}


/***/ }),

/***/ 9904:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  register: () => (/* binding */ register)
});

// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-ecs/dist-cjs/index.js
var dist_cjs = __webpack_require__(212);
// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
// EXTERNAL MODULE: ./packages/core/lib/aws.js
var aws = __webpack_require__(148);
// EXTERNAL MODULE: ./actions/pin-digest-in-taskdef/lib/definition.js
var lib_definition = __webpack_require__(8306);
// EXTERNAL MODULE: ./actions/pin-digest-in-taskdef/lib/ecs.js
var ecs = __webpack_require__(2182);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/equivalence.js


/**
 * Tells whether two task definitions run the same: read-only fields, ECS's own defaults, empty lists, and the order of
 * containers, environment, secrets and tags do not count.
 */
function isSameDefinition(a, b) {
    return (0,external_node_util_.isDeepStrictEqual)(canonical(a), canonical(b));
}
function canonical(definition) {
    const { cpu, memory, containerDefinitions, ...others } = (0,lib_definition/* registrable */.ZV)(definition);
    const ownPorts = definition.networkMode === 'awsvpc' || definition.networkMode === 'host';
    return compact({
        ...others,
        tags: sorted(others.tags, 'key'),
        requiresCompatibilities: (0,lib_definition/* itemsOf */.S3)(others.requiresCompatibilities).map(String).sort(),
        cpu: units(cpu, /^([\d.]+)\s*vcpus?$/i),
        memory: units(memory, /^([\d.]+)\s*gb$/i),
        containerDefinitions: sorted((0,lib_definition/* itemsOf */.S3)(containerDefinitions).map((item) => ((0,lib_definition/* isJsonObject */.OW)(item) ? canonicalContainer(item, ownPorts) : item)), 'name'),
    });
}
function canonicalContainer(container, ownPorts) {
    const { essential = true, cpu = 0, healthCheck, versionConsistency = 'enabled', ...others } = container;
    return {
        ...others,
        essential: essential === true ? 'yes' : 'no',
        versionConsistency,
        cpu,
        environment: sorted(others.environment, 'name'),
        secrets: sorted(others.secrets, 'name'),
        portMappings: (0,lib_definition/* itemsOf */.S3)(others.portMappings).map((port) => (0,lib_definition/* isJsonObject */.OW)(port) ? canonicalPort(port, ownPorts) : port),
        // Amazon ECS API reference, HealthCheck: seconds, seconds, times.
        ...((0,lib_definition/* isJsonObject */.OW)(healthCheck) ? { healthCheck: { interval: 30, timeout: 5, retries: 3, ...healthCheck } } : {}),
    };
}
/** In awsvpc and host mode both ports are one; in bridge mode 0 asks for any (Amazon ECS API reference, PortMapping). */
function canonicalPort(port, ownPorts) {
    const { hostPort = 0, protocol = 'tcp', ...others } = port;
    return { ...others, protocol, hostPort: ownPorts && hostPort === 0 ? (port.containerPort ?? 0) : hostPort };
}
/** ECS stores `.5 vCPU` as `512` and `1 GB` as `1024`. */
function units(value, large) {
    const text = value === undefined ? '' : String(value).trim();
    const amount = large.exec(text)?.[1];
    return amount === undefined ? text : String(Math.round(Number(amount) * 1024));
}
function sorted(list, key) {
    const rank = (item) => ((0,lib_definition/* isJsonObject */.OW)(item) ? String(item[key]) : '');
    return [...(0,lib_definition/* itemsOf */.S3)(list)].sort((a, b) => (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
}
/** Without what says nothing: empty lists, empty objects, and `false`, which is the default of every switch but `essential`. */
function compact(value) {
    if (value === false)
        return undefined;
    if (Array.isArray(value)) {
        const items = value.map((item) => compact(item) ?? {});
        return items.length === 0 ? undefined : items;
    }
    if (!(0,lib_definition/* isJsonObject */.OW)(value))
        return value;
    const entries = Object.entries(value).flatMap(([key, item]) => {
        const kept = compact(item);
        return kept === undefined ? [] : [[key, kept]];
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

// EXTERNAL MODULE: ./actions/pin-digest-in-taskdef/lib/wire.js
var wire = __webpack_require__(5142);
;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/register.js






/** Registers a revision, unless the newest active one of the family says the same. */
async function register(client, definition, name) {
    const { family } = definition;
    if (typeof family !== 'string' || family === '') {
        throw new errors/* PipelineError */.z({
            code: 'invalid-input',
            attempted: `Could not register ${name}`,
            answer: 'it has no "family"',
            fix: 'A task definition that is registered needs the name of its family.',
        });
    }
    const newest = await (0,ecs.describeTaskDefinition)(client, family);
    if (newest !== undefined && isSameDefinition(newest.definition, definition))
        return { arn: newest.arn, registered: false };
    const arn = await registerRevision(client, (0,lib_definition/* registrable */.ZV)(definition), family);
    return { arn, registered: true, ...(newest === undefined ? {} : { previous: newest.arn }) };
}
async function registerRevision(client, definition, family) {
    const attempted = `Could not register a revision of the task definition ${family}`;
    const command = new dist_cjs/* RegisterTaskDefinitionCommand */.$Hl(definition);
    (0,wire/* inspectRequest */.YH)(command.middlewareStack, (sent) => {
        const unknown = (0,wire/* missingPaths */.Dv)(definition, sent);
        if (unknown.length === 0)
            return;
        throw new errors/* PipelineError */.z({
            code: 'invalid-input',
            attempted,
            answer: `ECS has no field ${unknown.join(', ')} that this release knows`,
            fix: 'Correct the spelling; a field that ECS has learnt since needs a newer release of this action.',
        });
    });
    try {
        const { taskDefinition } = await client.send(command);
        if (taskDefinition?.taskDefinitionArn !== undefined)
            return taskDefinition.taskDefinitionArn;
    }
    catch (error) {
        throw explainRegistration(error, attempted, definition);
    }
    throw new errors/* PipelineError */.z({ code: 'service', attempted, answer: 'ECS answered without an ARN' });
}
function explainRegistration(error, attempted, definition) {
    const text = error instanceof Error ? error.message : '';
    const roles = [definition.taskRoleArn, definition.executionRoleArn].filter((role) => role !== undefined);
    if (/iam:PassRole/.test(text))
        return (0,aws/* explainAwsError */.Ni)(error, attempted, '', `Grant iam:PassRole on ${roles.join(' and ')} to the role of this step.`);
    if (/ecs:TagResource/.test(text))
        return (0,aws/* explainAwsError */.Ni)(error, attempted, '', 'Grant ecs:TagResource on the task definition to the role of this step.');
    return (0,aws/* explainAwsError */.Ni)(error, attempted, 'ecs:RegisterTaskDefinition on *');
}


/***/ }),

/***/ 5142:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cx: () => (/* binding */ keepAnswer),
/* harmony export */   Dv: () => (/* binding */ missingPaths),
/* harmony export */   YH: () => (/* binding */ inspectRequest)
/* harmony export */ });
/* harmony import */ var _definition_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8306);

/** Keeps the JSON of the answer as it came, with the fields that the SDK's model does not know. */
function keepAnswer(stack) {
    let kept = {};
    stack.add((next) => async (argument) => {
        const result = await next(argument);
        const response = result.response;
        const bytes = await bytesOf(response.body);
        response.body = bytes;
        if (response.statusCode < 300)
            kept = JSON.parse(bytes.toString('utf8'));
        return result;
    }, { step: 'deserialize', priority: 'low', name: 'keepAnswer' });
    return () => kept;
}
/** Hands the JSON that is about to be sent to `check`, which may throw. */
function inspectRequest(stack, check) {
    stack.add((next) => async (argument) => {
        const { body } = argument.request;
        check(JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)));
        return next(argument);
    }, { step: 'build', priority: 'low', name: 'inspectRequest' });
}
/** The paths that are in `wanted` and not in `sent`: the SDK leaves out, without a word, what its model does not know. */
function missingPaths(wanted, sent, path = '') {
    if (sent === undefined)
        return [path];
    if (Array.isArray(wanted)) {
        const there = Array.isArray(sent) ? sent : [];
        return wanted.flatMap((item, index) => missingPaths(item, there[index], `${path}[${index}]`));
    }
    if (!(0,_definition_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(wanted))
        return [];
    const there = (0,_definition_js__WEBPACK_IMPORTED_MODULE_0__/* .isJsonObject */ .OW)(sent) ? sent : {};
    return Object.entries(wanted).flatMap(([key, value]) => missingPaths(value, there[key], path === '' ? key : `${path}.${key}`));
}
async function bytesOf(body) {
    if (body instanceof Uint8Array)
        return Buffer.from(body);
    const chunks = [];
    for await (const chunk of body)
        chunks.push(chunk);
    return Buffer.concat(chunks);
}


/***/ })

};
