export const id = 489;
export const ids = [489,879];
export const modules = {

/***/ 7489:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  deploy: () => (/* binding */ deploy)
});

// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
// EXTERNAL MODULE: ./packages/core/lib/escape.js
var lib_escape = __webpack_require__(7498);
// EXTERNAL MODULE: ./actions/pin-digest-in-taskdef/lib/services.js
var services = __webpack_require__(9879);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-ecs/dist-cjs/index.js
var dist_cjs = __webpack_require__(212);
;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/stopped-tasks.js



/**
 * Why tasks of this deployment stopped, the most frequent first (ECS keeps them for about an hour). It explains a failure
 * that is known already, so that trouble here is told as a reason and not thrown.
 */
async function stoppedTasks(client, plan, { taskDefinition, deploymentId }) {
    // A task of a service says in startedBy which deployment it belongs to (Amazon ECS API reference, Task).
    const isOurs = ({ taskDefinitionArn, startedBy = deploymentId }) => taskDefinitionArn === taskDefinition && startedBy === deploymentId;
    try {
        const { serviceName } = plan.before;
        const { taskArns = [] } = await client.send(new dist_cjs/* ListTasksCommand */.MYg({ ...(0,services.clusterOf)(plan), serviceName: serviceName ?? plan.id, desiredStatus: 'STOPPED' }));
        if (taskArns.length === 0)
            return [];
        const { tasks = [] } = await client.send(new dist_cjs/* DescribeTasksCommand */.z8X({ ...(0,services.clusterOf)(plan), tasks: taskArns }));
        return group(tasks.filter(isOurs).map(reasonOf));
    }
    catch (error) {
        return [
            {
                reason: `unknown, because they could not be read (ecs:ListTasks, ecs:DescribeTasks): ${(0,errors/* messageOf */.b)(error)}`,
                count: 0,
            },
        ];
    }
}
/** What to do about a reason, where it is known what it means. */
function hintFor(reasons) {
    const text = reasons.join('\n');
    return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}
const HINTS = [
    [
        /descriptor matching platform|no match for platform|exec format error/i,
        "The image has another architecture than the task: compare its platforms with the task's runtimePlatform.",
    ],
    [
        /CannotPull.*(?:\b403\b|AccessDenied|not authorized)|pull.*ecr:(?:GetAuthorizationToken|BatchGetImage|GetDownloadUrlForLayer)/is,
        'Grant the execution role of the task ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer and ecr:BatchGetImage; a repository of another account needs a repository policy that lets that role in.',
    ],
    [
        /CannotPull.*(?:not found|manifest unknown|does not exist)/is,
        'The digest is not in the repository that the task pulls from: promote it there, or check whether a lifecycle policy expired it.',
    ],
    [
        /CannotPull.*(?:i\/o timeout|deadline exceeded|connection refused|no such host)|unable to pull.*(?:timeout|connection issue)/is,
        'The task has no way to the registry: it needs a public address, a NAT gateway, or VPC endpoints for ECR and S3.',
    ],
    [/OutOfMemory/i, 'The container ran out of memory: raise its memory in the task definition.'],
    [
        /failed (?:ELB|container) health checks|health check/i,
        'The tasks start and do not become healthy: see the log of the container, and the grace period of the health check.',
    ],
    [
        /Essential container in task exited/i,
        "The container ended by itself: see its log. With awslogs it is in the log group of the container's logConfiguration.",
    ],
];
// A task that is replaced in the ordinary course says nothing about the failure.
const ORDINARY = /^Scaling activity initiated/;
const UNIQUE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
function group(reasons) {
    const groups = new Map();
    for (const reason of reasons) {
        if (reason === undefined)
            continue;
        const key = reason.replace(UNIQUE, '');
        const count = (groups.get(key)?.count ?? 0) + 1;
        groups.set(key, { reason: groups.get(key)?.reason ?? reason, count });
    }
    return [...groups.values()].sort((a, b) => b.count - a.count);
}
function reasonOf({ stopCode, stoppedReason, containers = [] }) {
    if (stoppedReason !== undefined && ORDINARY.test(stoppedReason))
        return undefined;
    const details = containers.flatMap(({ name, exitCode, reason }) => {
        const said = [exitCode === undefined ? undefined : `exit code ${exitCode}`, reason].filter((part) => part !== undefined);
        return said.length === 0 ? [] : [`${name ?? 'container'}: ${said.join(', ')}`];
    });
    const head = [stopCode, stoppedReason].filter((part) => part !== undefined).join(': ') || 'no reason given';
    return details.length === 0 ? head : `${head} [${details.join('; ')}]`;
}

;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/deployment-failure.js



const MOST_EVENTS = 10;
/** The error that says how a deployment ended and why: its own reason, the service's events, the stopped tasks. */
function failureOf(deployment, label, taskDefinition, service) {
    const { reason, events, stoppedTasks } = deployment;
    const tasks = stoppedTasks.map(({ reason: why, count }) => (count === 0 ? why : `${count} × ${why}`));
    const answer = [
        reason || 'ECS gives no reason',
        ...listed('Service events', events.slice(-MOST_EVENTS)),
        ...listed('Stopped tasks', tasks),
    ];
    return new errors/* PipelineError */.z({
        code: codeOf(deployment),
        attempted: `The deployment of ${(0,services.shortName)(taskDefinition)} to the service ${label} ${endOf(deployment, service)}`,
        answer: answer.join('\n'),
        fix: `\n${hintFor([...tasks, ...events, reason]) ?? usualFix(deployment, service)}`,
    });
}
function listed(title, lines) {
    return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}
function codeOf({ outcome }) {
    if (outcome === 'timed-out')
        return 'timeout';
    return outcome === 'superseded' || outcome === 'stopped' ? 'conflict' : 'service';
}
function endOf({ outcome, previous }, service) {
    switch (outcome) {
        case 'rolled-back':
            return `was rolled back to ${(0,services.shortName)(previous ?? 'the revision before')}`;
        case 'superseded':
            return `was superseded by a deployment of ${(0,services.shortName)(service.taskDefinition ?? 'another revision')}`;
        case 'stopped':
            return 'was stopped';
        case 'timed-out':
            return `did not end in time (circuit breaker ${hasBreaker(service) ? 'on' : 'off'})`;
        default:
            return 'failed';
    }
}
function usualFix({ outcome }, service) {
    if (outcome === 'superseded')
        return 'Another deployment began meanwhile: run deployments of one service one after another (concurrency group).';
    if (outcome === 'timed-out' && !hasBreaker(service))
        return 'Without a circuit breaker ECS tries for ever: turn it on with aws ecs update-service --deployment-configuration "deploymentCircuitBreaker={enable=true,rollback=true}". The deployment goes on.';
    if (outcome === 'timed-out')
        return 'Raise wait-for-minutes if the service needs longer. The deployment goes on.';
    return 'See the log of the containers and the events of the service.';
}
function hasBreaker({ deploymentConfiguration }) {
    return deploymentConfiguration?.deploymentCircuitBreaker?.enable === true;
}

;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/rollout.js
/**
 * Reads a rollout off the service itself. Only COMPLETED of our own deployment is success: after a rollback the service
 * is as stable as ever (aws-actions/amazon-ecs-deploy-task-definition#191).
 */
function rolloutOfService(service, followed) {
    const deployments = service.deployments ?? [];
    const primary = deployments.find(({ status }) => status === 'PRIMARY');
    const ours = deployments.find(({ id }) => id === followed.deploymentId);
    if (ours?.rolloutState === 'FAILED') {
        const replaced = primary !== undefined && primary.id !== ours.id;
        return ended(replaced ? 'rolled-back' : 'failed', ours.rolloutStateReason);
    }
    if (primary === undefined)
        return { state: 'running', line: 'no deployment is primary yet' };
    if (primary.taskDefinition !== followed.taskDefinition) {
        // "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/…" stands on the one that replaces ours.
        const back = primary.taskDefinition === followed.previous || /roll\w* ?back/i.test(primary.rolloutStateReason ?? '');
        return ended(back ? 'rolled-back' : 'superseded', primary.rolloutStateReason);
    }
    const steady = primary.rolloutState === undefined
        ? deployments.length === 1 && primary.runningCount === primary.desiredCount
        : primary.rolloutState === 'COMPLETED';
    if (steady)
        return ended('completed', primary.rolloutStateReason);
    if (primary.rolloutState === 'FAILED')
        return ended('failed', primary.rolloutStateReason);
    return { state: 'running', line: countsOf(primary) };
}
/** Reads a rollout off its service deployment (Amazon ECS API reference, ServiceDeployment, "status"). */
function rolloutOfDeployment(deployment) {
    const reason = rollout_reasonOf(deployment);
    switch (deployment.status) {
        case 'SUCCESSFUL':
            return ended('completed', reason);
        case 'ROLLBACK_SUCCESSFUL':
            return ended('rolled-back', reason);
        case 'ROLLBACK_FAILED':
            return ended('failed', `the rollback failed too: ${reason}`);
        case 'STOPPED':
            return ended('stopped', reason);
        default:
            return { state: 'running', line: progressOf(deployment) };
    }
}
function rollout_reasonOf({ rollback, statusReason, deploymentCircuitBreaker: breaker, alarms }) {
    const tripped = breaker?.status === 'TRIGGERED';
    const triggered = alarms?.triggeredAlarmNames ?? [];
    return [
        (rollback?.reason ?? statusReason)?.replace(/\.$/, ''),
        tripped
            ? `the circuit breaker counted ${breaker.failureCount ?? 0} failed tasks, its threshold is ${breaker.threshold ?? 0}`
            : undefined,
        triggered.length > 0 ? `alarms: ${triggered.join(', ')}` : undefined,
    ]
        .filter((part) => part !== undefined && part !== '')
        .join('; ');
}
function progressOf({ status, lifecycleStage, targetServiceRevision: target }) {
    const tasks = target === undefined
        ? undefined
        : `${target.runningTaskCount ?? 0} of ${target.requestedTaskCount ?? 0} tasks run, ${target.pendingTaskCount ?? 0} pending`;
    return [status, lifecycleStage, tasks].filter((part) => part !== undefined).join(', ');
}
function countsOf({ runningCount = 0, desiredCount = 0, pendingCount = 0, failedTasks = 0 }) {
    return `${runningCount} of ${desiredCount} tasks run, ${pendingCount} pending, ${failedTasks} failed`;
}
function ended(outcome, reason) {
    return { state: 'ended', outcome, reason: reason ?? '' };
}

// EXTERNAL MODULE: ./packages/core/lib/aws.js
var aws = __webpack_require__(148);
;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/service-deployments.js



/**
 * Notes which service deployments there are, so that the one that appears later is known to be ours. Where the role may
 * not list them, or the partition has no such API, the tracker stays silent and the service itself is read instead.
 */
async function trackDeployment(client, plan, context) {
    const known = new Set(await service_deployments_listed(client, plan, context));
    let ours;
    return {
        async current() {
            ours ??= (await service_deployments_listed(client, plan, context)).find((arn) => !known.has(arn));
            if (ours === undefined)
                return undefined;
            const arns = [ours];
            const answer = await permitted(() => client.send(new dist_cjs/* DescribeServiceDeploymentsCommand */.A6p({ serviceDeploymentArns: arns })), plan, 'ecs:DescribeServiceDeployments', context);
            return answer?.serviceDeployments?.[0];
        },
    };
}
/** A tracker for a service that was not updated: nothing of ours will appear. */
const noTracker = { current: async () => undefined };
async function service_deployments_listed(client, plan, context) {
    const answer = await permitted(() => client.send(new dist_cjs/* ListServiceDeploymentsCommand */.jz8({
        ...(0,services.clusterOf)(plan),
        service: (0,services.shortName)(plan.id),
        maxResults: 100,
    })), plan, 'ecs:ListServiceDeployments', context);
    const deployments = answer?.serviceDeployments ?? [];
    return deployments.flatMap(({ serviceDeploymentArn: arn }) => (arn === undefined ? [] : [arn]));
}
async function permitted(ask, { label }, iamAction, { log }) {
    try {
        return await ask();
    }
    catch (error) {
        const code = (0,aws/* awsErrorCode */.J6)(error) ?? '';
        if (!/^(?:AccessDenied|UnknownOperation|UnsupportedFeature)/.test(code))
            throw (0,aws/* explainAwsError */.Ni)(error, `Could not read the deployments of the service ${label}`, iamAction);
        log.debug(`${iamAction} answered ${code}: the outcome is read off the service itself.`);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./actions/pin-digest-in-taskdef/lib/deploy.js






/** Gives a revision to services, all at once, and follows each to its end when asked to wait. */
async function deploy(client, plans, taskDefinition, target, context) {
    const deadline = context.clock.now() + target.waitMinutes * 60_000;
    return Promise.all(plans.map(async (plan) => {
        try {
            return await deployOne(client, plan, taskDefinition, target.wait ? deadline : undefined, context);
        }
        catch (error) {
            // The outputs of this step count although a service is in trouble: the revision is there.
            if (!(error instanceof errors/* PipelineError */.z))
                throw error;
            return { ...reportOf(plan, false), outcome: 'unknown', reason: error.message, problem: error };
        }
    }));
}
async function deployOne(client, plan, taskDefinition, deadline, context) {
    const previous = plan.before.taskDefinition;
    const changed = previous !== taskDefinition;
    if (deadline === undefined) {
        if (changed)
            await (0,services.updateService)(client, plan, taskDefinition);
        return { ...reportOf(plan, changed), outcome: changed ? 'started' : 'unchanged' };
    }
    const tracker = changed ? await trackDeployment(client, plan, context) : noTracker;
    const service = changed ? await (0,services.updateService)(client, plan, taskDefinition) : plan.before;
    const deploymentId = service.deployments?.find(({ status }) => status === 'PRIMARY')?.id;
    const followed = { deploymentId, taskDefinition, previous: changed ? previous : undefined };
    return follow(client, plan, { followed, tracker, deadline, changed }, context);
}
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;
const LINE_EVERY = 10_000;
// ECS is eventually consistent: for a while after an update it may still show the service as it was.
const PATIENCE = 60_000;
async function follow(client, plan, pursuit, context) {
    const { clock, log, random } = context;
    const report = eventReporter(plan, context);
    const { deploymentId } = pursuit.followed;
    const begin = clock.now();
    let lastLine = begin;
    let visible = deploymentId === undefined;
    for (let pause = SHORTEST_PAUSE;; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
        const service = await (0,services.describeService)(client, plan);
        report.print(service);
        visible ||= service.deployments?.some(({ id }) => id === deploymentId) || clock.now() - begin > PATIENCE;
        const rollout = await rolloutNow(service, pursuit, visible);
        const over = clock.now() >= pursuit.deadline;
        if (rollout.state === 'ended' || over)
            return finish(client, plan, pursuit, { rollout, service, events: report.events });
        if (clock.now() - lastLine >= LINE_EVERY) {
            log.info(`${plan.label}: ${rollout.line}`);
            lastLine = clock.now();
        }
        await clock.sleep(Math.min(pause * (0.75 + random() / 2), pursuit.deadline - clock.now()));
    }
}
async function rolloutNow(service, { tracker, followed }, visible) {
    const exact = await tracker.current();
    if (exact === undefined && !visible)
        return { state: 'running', line: 'ECS does not show the deployment yet' };
    return exact === undefined ? rolloutOfService(service, followed) : rolloutOfDeployment(exact);
}
async function finish(client, plan, { followed, changed }, { rollout, service, events }) {
    const outcome = rollout.state === 'ended' ? rollout.outcome : 'timed-out';
    const reason = rollout.state === 'ended' ? rollout.reason : rollout.line;
    const report = { ...reportOf(plan, changed), outcome, reason, events };
    if (outcome === 'completed')
        return report;
    const reported = { ...report, stoppedTasks: await stoppedTasks(client, plan, followed) };
    return { ...reported, problem: failureOf(reported, plan.label, followed.taskDefinition, service) };
}
function reportOf(plan, changed) {
    const { taskDefinition: previous, clusterArn } = plan.before;
    return {
        service: (0,services.shortName)(plan.id),
        cluster: (0,services.shortName)(plan.cluster ?? clusterArn ?? 'default'),
        changed,
        ...(previous === undefined ? {} : { previous }),
        reason: '',
        events: [],
        stoppedTasks: [],
    };
}
/** Prints what the service says, as it comes; what it said before this step stays out. */
function eventReporter(plan, { log }) {
    const seen = new Set(plan.before.events?.map(({ id }) => id));
    const events = [];
    return {
        events,
        print(service) {
            const fresh = (service.events ?? []).filter(({ id }) => !seen.has(id)).reverse();
            for (const { id, message = '', createdAt } of fresh) {
                seen.add(id);
                events.push(message);
                log.info(`${createdAt?.toISOString().slice(11, 19) ?? ''} ${(0,lib_escape/* escapeLog */.Ah)(message)}`.trim());
            }
        },
    };
}


/***/ }),

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
