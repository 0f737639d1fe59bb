import { type Digest, type ImageReference, type Inputs, parseImageReference } from '@ecr-pipeline/core';

/** An image by digest; a tag beside it is written only with keep-tag. */
export type PinnedReference = ImageReference & { readonly digest: Digest };

/** One image and where it goes. */
export interface ImagePin {
	/** Containers by name; none: every container whose image is this repository. */
	readonly containers: readonly string[];
	readonly image: PinnedReference;
}

/** Settings of containers other than their image. */
export interface ContainerSettings {
	readonly environment: ReadonlyMap<string, string>;
	/** Name → ARN of the secret or parameter. */
	readonly secrets: ReadonlyMap<string, string>;
	readonly logDriver?: string;
	readonly logOptions: ReadonlyMap<string, string>;
	readonly dockerLabels: ReadonlyMap<string, string>;
}

export interface DeploymentTarget {
	/** Names or ARNs. */
	readonly services: readonly string[];
	/** Name or ARN; absent: that of the service's ARN, or ECS's own default. */
	readonly cluster?: string;
	readonly wait: boolean;
	/** How long to wait for the services, in minutes. */
	readonly waitMinutes: number;
}

export interface PinInputs {
	/** A file, a family (with or without revision), or an ARN. */
	readonly taskDefinition: string;
	readonly images: readonly ImagePin[];
	/** Which containers get the settings; none: those whose image is pinned. */
	readonly settingsFor: readonly string[];
	readonly settings: ContainerSettings;
	readonly outputFile?: string;
	readonly verifyImage: boolean;
	readonly keepTag: boolean;
	readonly register: boolean;
	readonly deploy: DeploymentTarget;
}

// Amazon ECS API reference, LogConfiguration.
const LOG_DRIVERS = [
	'awsfirelens',
	'awslogs',
	'fluentd',
	'gelf',
	'journald',
	'json-file',
	'logentries',
	'splunk',
	'syslog',
] as const;

// DescribeServices takes at most ten (Amazon ECS API reference).
const MOST_SERVICES = 10;

/** Reads and checks every input of the action. */
export function readInputs(inputs: Inputs): PinInputs {
	const outputFile = inputs.text('output-file');
	const services = inputs.list('service');
	return {
		taskDefinition: readTaskDefinition(inputs),
		images: readImages(inputs),
		settingsFor: inputs.list('container-name'),
		settings: readSettings(inputs),
		...(outputFile === undefined ? {} : { outputFile }),
		verifyImage: inputs.boolean('verify-image', true),
		keepTag: inputs.boolean('keep-tag', false),
		register: readRegister(inputs, services),
		deploy: readDeployment(inputs, services),
	};
}

function readTaskDefinition(inputs: Inputs): string {
	const given = inputs.required('task-definition');
	if (given.startsWith('arn:') && !/^arn:[^:]+:ecs:[^:]+:[^:]*:task-definition\/.+$/.test(given)) {
		inputs.problem(
			'task-definition',
			given,
			'an ARN here is arn:PARTITION:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION',
		);
	}
	return given;
}

function readImages(inputs: Inputs): ImagePin[] {
	const pins = inputs.list('images').flatMap((line) => {
		const equals = line.indexOf('=');
		const containers = equals === -1 ? [] : [line.slice(0, equals).trim()];
		const image = readReference(inputs, 'images', line, line.slice(equals + 1).trim());
		return image === undefined ? [] : [{ containers, image }];
	});
	const given = inputs.text('image');
	if (given === undefined) {
		if (inputs.list('images').length === 0)
			inputs.problem('images', undefined, 'give an image, repository@sha256:…, here or in `image`');
		return pins;
	}
	const image = readReference(inputs, 'image', given, given);
	return image === undefined ? pins : [...pins, { containers: inputs.list('container-name'), image }];
}

function readReference(inputs: Inputs, input: string, line: string, text: string): PinnedReference | undefined {
	const parsed = parseImageReference(text);
	if ('problem' in parsed) {
		inputs.problem(input, line, `the image ${parsed.problem}; expected repository@sha256:…${hintOf(text)}`);
		return undefined;
	}
	const { digest } = parsed;
	if (digest !== undefined) return { ...parsed, digest };
	inputs.problem(input, line, 'a digest is required, repository@sha256:…: what a tag means can change after this step');
	return undefined;
}

function hintOf(text: string): string {
	// GitHub drops an output that holds a masked value, and prints *** where one was.
	return text === '' || text.startsWith('/') || text.includes('***')
		? ' (an output with a masked account id does not reach another job: hand over repository and digest instead)'
		: '';
}

function readSettings(inputs: Inputs): ContainerSettings {
	const environment = inputs.pairs('environment');
	const secrets = inputs.pairs('secrets');
	for (const name of secrets.keys())
		if (environment.has(name)) inputs.problem('secrets', name, 'it is in `environment` too, and ECS takes a name once');
	const logDriver = inputs.text('log-configuration-log-driver');
	if (logDriver !== undefined && !LOG_DRIVERS.some((driver) => driver === logDriver))
		inputs.problem('log-configuration-log-driver', logDriver, `allowed: ${LOG_DRIVERS.join(', ')}`);
	return {
		environment,
		secrets,
		...(logDriver === undefined ? {} : { logDriver }),
		logOptions: inputs.pairs('log-configuration-options'),
		dockerLabels: inputs.pairs('docker-labels'),
	};
}

function readRegister(inputs: Inputs, services: readonly string[]): boolean {
	const register = inputs.boolean('register', services.length > 0);
	if (services.length > 0 && !register)
		inputs.problem('register', inputs.text('register'), 'a service can only be given a revision that is registered');
	return register;
}

function readDeployment(inputs: Inputs, services: readonly string[]): DeploymentTarget {
	if (services.length > MOST_SERVICES)
		inputs.problem('service', `${services.length} services`, `at most ${MOST_SERVICES}`);
	const cluster = inputs.text('cluster');
	const wait = inputs.boolean('wait-for-service-stability', false);
	for (const [name, given] of [
		['cluster', cluster !== undefined],
		['wait-for-service-stability', wait],
	] as const)
		if (given && services.length === 0) inputs.problem(name, inputs.text(name), 'it needs a `service`');
	return {
		services,
		...(cluster === undefined ? {} : { cluster }),
		wait,
		waitMinutes: inputs.integer('wait-for-minutes', 30, { min: 1, max: 360 }),
	};
}
