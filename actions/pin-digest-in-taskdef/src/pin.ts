import { type Context, formatImageReference, PipelineError } from '@ecr-pipeline/core';
import { openRegistries, type Registries } from '@ecr-pipeline/ecr';
import { type Container, containersOf, isJsonObject } from './definition.ts';
import type { Deployment } from './deploy.ts';
import { diffOf } from './diff.ts';
import { applySettings, assertNamesOnce, imageText, setImage } from './edit.ts';
import type { ContainerSettings, PinInputs } from './inputs.ts';
import type { JsonObject } from './json-style.ts';
import { writeResult } from './output-file.ts';
import { taskPlatform } from './platform.ts';
import type { Registration } from './register.ts';
import { openSource, parsedValue, type Source } from './source.ts';
import { type CompletePin, containersNamed, type Target, targetsOf } from './targets.ts';
import { verifyImage } from './verify.ts';

/** A container and its image, before and after. */
export interface PinnedContainer {
	readonly name: string;
	readonly before: string | undefined;
	readonly after: string;
	/** As `linux/arm64`; absent when the image was not verified. */
	readonly platforms?: readonly string[];
}

export interface PinResult {
	/** The file with the result, as the user wrote its path. */
	readonly path: string;
	/** Whether a file was written, a revision registered or a service updated. */
	readonly changed: boolean;
	/** Unified; empty when the definition said it all already. */
	readonly diff: string;
	readonly containers: readonly PinnedContainer[];
	/** Containers whose environment, secrets, logging or labels changed. */
	readonly settingsChanged: readonly string[];
	/** The revision, when one was registered or found to say the same, or when the source is one and nothing changed. */
	readonly arn?: string;
	readonly registered: boolean;
	/** What ran before: the way back. */
	readonly previousArn?: string;
	readonly deployments: readonly Deployment[];
	readonly failure?: PipelineError;
}

/** Puts digests into a task definition, and as far as asked on into ECS. Nothing is written before all of it is checked. */
export async function pin(input: PinInputs, context: Context): Promise<PinResult> {
	const registries = await openRegistries(context);
	const pins = input.images.map(({ containers, image }) => ({
		containers,
		image: { ...image, ...registries.complete(image) },
	}));
	const source = await openSource(input, context);
	const edited = edit(source, pins, input);
	const platforms = input.verifyImage ? await verifyTargets(edited, registries) : new Map<string, string[]>();
	const ecs = input.register ? await openDeployment(input, context) : undefined;

	// What ECS refuses leaves the file as it was.
	const registration = await ecs?.register(edited.definition, source.name);
	const written = await writeResult(source, edited.text, context);
	const diff = diffOf(source.text, edited.text, source.name);
	if (diff !== '') await context.log.group(`Changes of ${source.name}`, async () => context.log.info(diff));
	const deployments = registration === undefined ? [] : ((await ecs?.deploy(registration.arn)) ?? []);
	const registered = registration?.registered ?? false;
	const changedText = source.arn === undefined ? written : diff !== '';
	return {
		path: source.output,
		changed: changedText || registered || deployments.some(({ changed }) => changed),
		diff,
		containers: edited.targets.map((target) => pinned(target, input.keepTag, platforms)),
		settingsChanged: edited.settingsChanged,
		...arnsOf(source, diff, deployments, registration),
		registered,
		deployments,
		...failureOf(deployments),
	};
}

interface Edited {
	readonly text: string;
	readonly definition: JsonObject;
	readonly targets: readonly Target[];
	readonly settingsChanged: readonly string[];
}

function edit({ text, name }: Source, pins: readonly CompletePin[], input: PinInputs): Edited {
	const containers = containersOf(parsedValue(text, name), name);
	const targets = targetsOf(pins, containers, name);
	let edited = text;
	for (const target of targets) edited = setImage(edited, target.container, imageText(target, input.keepTag));
	const settingsChanged: string[] = [];
	for (const container of settingsTargets(input, targets, containers, name)) {
		const before = edited;
		edited = applySettings(edited, container, input.settings);
		if (edited !== before) settingsChanged.push(container.name);
	}
	const definition = parsedValue(edited, name);
	assertNamesOnce(containersOf(definition, name));
	return { text: edited, definition: isJsonObject(definition) ? definition : {}, targets, settingsChanged };
}

function settingsTargets(
	{ settingsFor, settings }: PinInputs,
	targets: readonly Target[],
	containers: readonly Container[],
	name: string,
): readonly Container[] {
	if (!hasSettings(settings)) return [];
	return settingsFor.length === 0
		? targets.map(({ container }) => container)
		: containersNamed(settingsFor, containers, name);
}

function hasSettings({ environment, secrets, logDriver, logOptions, dockerLabels }: ContainerSettings): boolean {
	return logDriver !== undefined || [environment, secrets, logOptions, dockerLabels].some(({ size }) => size > 0);
}

/** @returns the platforms of each image, by its reference */
async function verifyTargets({ targets, definition }: Edited, registries: Registries): Promise<Map<string, string[]>> {
	const task = taskPlatform(definition);
	const images = new Map(targets.map(({ image }) => [formatImageReference(image), image]));
	const verified = [...images].map(async ([reference, image]) => {
		const repository = await registries.repository(image);
		return [reference, await verifyImage(repository, image.digest, task)] as const;
	});
	return new Map(await Promise.all(verified));
}

interface Ecs {
	readonly register: (definition: JsonObject, name: string) => Promise<Registration>;
	readonly deploy: (arn: string) => Promise<Deployment[]>;
}

/** Opens ECS and looks up what is to be deployed to, before anything is written. */
async function openDeployment({ taskDefinition, deploy: target }: PinInputs, context: Context): Promise<Ecs> {
	// Loaded when needed: most of what it takes to start this action is the SDK.
	const [{ openEcs }, { register }, { planServices }, { deploy }] = await Promise.all([
		import('./ecs.ts'),
		import('./register.ts'),
		import('./services.ts'),
		import('./deploy.ts'),
	]);
	const client = openEcs(context, taskDefinition);
	const plans = await planServices(client, target);
	return {
		async register(definition, name) {
			const registration = await register(client, definition, name);
			const { arn, registered } = registration;
			context.log.info(registered ? `Registered ${arn}.` : `Registered nothing: ${arn} says the same.`);
			return registration;
		},
		async deploy(arn) {
			if (plans.length === 0) return [];
			const title = `Deploying to ${plans.map(({ label }) => label).join(', ')}`;
			return context.log.group(title, () => deploy(client, plans, arn, target, context));
		},
	};
}

function pinned(target: Target, keepTag: boolean, platforms: ReadonlyMap<string, string[]>): PinnedContainer {
	const { container, image } = target;
	const found = platforms.get(formatImageReference(image));
	return {
		name: container.name,
		before: container.image,
		after: imageText(target, keepTag),
		...(found === undefined ? {} : { platforms: found }),
	};
}

function arnsOf(
	source: Source,
	diff: string,
	deployments: readonly Deployment[],
	registration: Registration | undefined,
): Pick<PinResult, 'arn' | 'previousArn'> {
	const arn = registration?.arn ?? (diff === '' ? source.arn : undefined);
	const served = deployments.find(({ previous }) => previous !== undefined && previous !== arn)?.previous;
	const before = served ?? registration?.previous ?? (source.arn === arn ? undefined : source.arn);
	return { ...(arn === undefined ? {} : { arn }), ...(before === undefined ? {} : { previousArn: before }) };
}

/** One error for all services that are in trouble. */
function failureOf(deployments: readonly Deployment[]): { failure?: PipelineError } {
	const problems = deployments.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
	const [first, ...others] = problems;
	if (first === undefined) return {};
	if (others.length === 0) return { failure: first };
	return {
		failure: new PipelineError({ code: first.code, attempted: problems.map(({ message }) => message).join('\n\n') }),
	};
}
