import { formatImageReference, PipelineError, parseImageReference } from '@ecr-pipeline/core';
import { type Container, isJsonObject, itemsOf } from './definition.ts';
import type { ContainerSettings } from './inputs.ts';
import { setValue } from './json-edit.ts';
import type { Target } from './targets.ts';

/** The image string that a container gets. ECS documents `repository@digest`; with keepTag the tag stands before it. */
export function imageText({ container, image }: Target, keepTag: boolean): string {
	const { tag: given, ...untagged } = image;
	const tag = keepTag ? (given ?? tagOf(container.image)) : undefined;
	return formatImageReference(tag === undefined ? untagged : { ...untagged, tag });
}

function tagOf(image: string | undefined): string | undefined {
	const parsed = image === undefined ? undefined : parseImageReference(image);
	return parsed === undefined || 'problem' in parsed ? undefined : parsed.tag;
}

/** Puts an image into a container; the rest of the text stays as it is. */
export function setImage(text: string, { index }: Container, image: string): string {
	return setValue(text, ['containerDefinitions', index, 'image'], image);
}

/**
 * Merges settings into a container, as amazon-ecs-render-task-definition does: environment and secrets by name, labels
 * and log options by key; what is there and not named stays.
 */
export function applySettings(text: string, container: Container, settings: ContainerSettings): string {
	const at = (...path: (string | number)[]) => ['containerDefinitions', container.index, ...path];
	let edited = text;
	for (const [list, field, pairs] of [
		['environment', 'value', settings.environment],
		['secrets', 'valueFrom', settings.secrets],
	] as const) {
		const present = itemsOf(container.value[list]).map((item) => (isJsonObject(item) ? item.name : undefined));
		for (const [name, value] of pairs) {
			const places = present.flatMap((other, place) => (other === name ? [place] : []));
			for (const place of places) edited = setValue(edited, at(list, place, field), value);
			if (places.length === 0) edited = setValue(edited, at(list, present.push(name) - 1), { name, [field]: value });
		}
	}
	for (const [key, value] of settings.dockerLabels) edited = setValue(edited, at('dockerLabels', key), value);
	return applyLogging(edited, container, settings, at);
}

function applyLogging(
	text: string,
	{ name, value }: Container,
	{ logDriver, logOptions }: ContainerSettings,
	at: (...path: string[]) => (string | number)[],
): string {
	const current = isJsonObject(value.logConfiguration) ? value.logConfiguration.logDriver : undefined;
	if (logOptions.size > 0 && logDriver === undefined && typeof current !== 'string') {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `Could not set log options of the container "${name}"`,
			answer: 'it has no log driver',
			fix: 'Give log-configuration-log-driver too.',
		});
	}
	let edited = logDriver === undefined ? text : setValue(text, at('logConfiguration', 'logDriver'), logDriver);
	for (const [key, option] of logOptions) edited = setValue(edited, at('logConfiguration', 'options', key), option);
	return edited;
}

/** Refuses a name that is an environment variable and a secret of one container: ECS would not register it. */
export function assertNamesOnce(containers: readonly Container[]): void {
	for (const { name, value } of containers) {
		const [variables, secrets] = [value.environment, value.secrets].map(
			(list) => new Set(itemsOf(list).map((item) => (isJsonObject(item) ? item.name : undefined))),
		);
		for (const variable of variables ?? []) {
			if (variable === undefined || !secrets?.has(variable)) continue;
			throw new PipelineError({
				code: 'conflict',
				attempted: `The container "${name}" would have "${String(variable)}" as environment variable and as secret`,
				fix: 'ECS takes a name once: take it out of the one where it does not belong.',
			});
		}
	}
}
