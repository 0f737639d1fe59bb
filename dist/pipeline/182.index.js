export const id = 182;
export const ids = [182];
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
