export const id = 879;
export const ids = [879];
export const modules = {

/***/ 9879:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   clusterOf: () => (/* binding */ clusterOf),
/* harmony export */   describeService: () => (/* binding */ describeService),
/* harmony export */   planServices: () => (/* binding */ planServices),
/* harmony export */   shortName: () => (/* binding */ shortName),
/* harmony export */   updateService: () => (/* binding */ updateService)
/* harmony export */ });
/* harmony import */ var _aws_sdk_client_ecs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(212);
/* harmony import */ var _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(148);
/* harmony import */ var _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7706);


/** Looks every service up, and refuses those that UpdateService would refuse, before anything is changed. */
async function planServices(client, target) {
    return Promise.all(target.services.map(async (id) => {
        const cluster = target.cluster ?? /^arn:[^:]+:ecs:[^:]+:[^:]*:service\/([^/]+)\//.exec(id)?.[1];
        const named = { id, ...(cluster === undefined ? {} : { cluster }) };
        const label = `${shortName(id)} (cluster ${shortName(cluster ?? 'default')})`;
        const before = await describeService(client, { ...named, label });
        assertUpdatable(before, label);
        return { ...named, label, before };
    }));
}
/** The service as it is now. */
async function describeService(client, plan) {
    const attempted = `Could not describe the service ${plan.label}`;
    const { services = [], failures = [] } = await client
        .send(new _aws_sdk_client_ecs__WEBPACK_IMPORTED_MODULE_0__/* .DescribeServicesCommand */ .H7c({ ...clusterOf(plan), services: [plan.id] }))
        .catch((error) => {
        throw (0,_ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_1__/* .explainAwsError */ .Ni)(error, attempted, `ecs:DescribeServices on the service ${plan.id}`);
    });
    const [service] = services;
    if (service !== undefined)
        return service;
    throw new _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__/* .PipelineError */ .z({
        code: 'not-found',
        attempted,
        answer: failures.map(({ arn, reason, detail }) => [reason, arn, detail].filter(Boolean).join(' ')).join('; ') ||
            'ECS knows none of that name',
        fix: 'Check service and cluster, and that the last login is to their account and region.',
    });
}
/** Gives the service a revision; the answer shows the deployment that this began. */
async function updateService(client, plan, taskDefinition) {
    const attempted = `Could not update the service ${plan.label} to ${shortName(taskDefinition)}`;
    const { service } = await client
        .send(new _aws_sdk_client_ecs__WEBPACK_IMPORTED_MODULE_0__/* .UpdateServiceCommand */ .kZr({ ...clusterOf(plan), service: plan.id, taskDefinition }))
        .catch((error) => {
        const passRole = /iam:PassRole/.test(String(error));
        throw (0,_ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_1__/* .explainAwsError */ .Ni)(error, attempted, `ecs:UpdateService on the service ${plan.id}`, passRole ? "Grant iam:PassRole on the task's roles to the role of this step." : undefined);
    });
    if (service !== undefined)
        return service;
    throw new _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__/* .PipelineError */ .z({ code: 'service', attempted, answer: 'ECS answered without the service' });
}
/** The parameter `cluster`, where there is one. */
function clusterOf({ cluster }) {
    return cluster === undefined ? {} : { cluster };
}
/** The last part of an ARN: a name, or `family:revision`. */
function shortName(arn) {
    return arn.slice(arn.lastIndexOf('/') + 1);
}
function assertUpdatable({ status, deploymentController }, label) {
    const controller = deploymentController?.type ?? 'ECS';
    if (controller === 'CODE_DEPLOY' || controller === 'EXTERNAL') {
        throw new _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__/* .PipelineError */ .z({
            code: 'unsupported',
            attempted: `The service ${label} cannot be updated from here`,
            answer: `its deployment controller is ${controller}, and UpdateService refuses a task definition then`,
            fix: `Leave \`service\` out, set register: true, and hand the output task-definition-arn to ${controller === 'CODE_DEPLOY' ? 'CodeDeploy (TaskDefinition in the AppSpec)' : 'what makes the task sets'}. Nothing has been changed.`,
        });
    }
    if (status === 'ACTIVE')
        return;
    throw new _ecr_pipeline_core__WEBPACK_IMPORTED_MODULE_2__/* .PipelineError */ .z({
        code: 'conflict',
        attempted: `The service ${label} cannot be updated`,
        answer: `its status is ${status ?? 'unknown'}`,
        fix: 'Only an ACTIVE service takes a new task definition. Nothing has been changed.',
    });
}


/***/ })

};
