import { PipelineError } from '@ecr-pipeline/core';
import type { JsonObject, JsonValue } from './json-style.ts';

/** A container definition, as far as its place and image go. */
export interface Container {
	/** Its place in `containerDefinitions`. */
	readonly index: number;
	readonly name: string;
	readonly image: string | undefined;
	readonly value: JsonObject;
}

// What DescribeTaskDefinition adds and RegisterTaskDefinition refuses (Amazon ECS API reference, TaskDefinition).
const READ_ONLY = new Set([
	'taskDefinitionArn',
	'revision',
	'status',
	'requiresAttributes',
	'compatibilities',
	'registeredAt',
	'registeredBy',
	'deregisteredAt',
	'deleteRequestedAt',
]);

/** Tells whether a value is a JSON object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a JSON list; none where there is no list. */
export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
	return Array.isArray(value) ? value : [];
}

/**
 * What can be registered of a task definition: read-only fields go, and so do `null` (to ECS it is absent) and an empty
 * list of tags, which ECS refuses.
 */
export function registrable(definition: JsonObject): JsonObject {
	const kept = Object.entries(withoutNull(definition)).filter(
		([key, value]) => !READ_ONLY.has(key) && !(key === 'tags' && itemsOf(value).length === 0),
	);
	return Object.fromEntries(kept);
}

function withoutNull(value: JsonObject): JsonObject {
	const clean = (item: JsonValue): JsonValue => {
		if (Array.isArray(item)) return item.map(clean);
		return isJsonObject(item) ? withoutNull(item) : item;
	};
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, clean(item)]])),
	);
}

/** The containers of a task definition; whatever is not one is refused. */
export function containersOf(definition: JsonValue, name: string): Container[] {
	const listed = isJsonObject(definition) ? definition.containerDefinitions : undefined;
	if (!Array.isArray(listed) || listed.length === 0) {
		throw new PipelineError({
			code: 'invalid-input',
			attempted: `${name} is not a task definition`,
			answer: 'it has no list "containerDefinitions"',
			fix: isWrapped(definition)
				? 'It is the whole answer of describe-task-definition: save it with --query taskDefinition.'
				: 'A task definition is the JSON that `aws ecs register-task-definition --cli-input-json` takes.',
		});
	}
	const containers = listed.map((value, index) => containerAt(value, index, name));
	const twice = containers.find(
		(container, index) => containers.findIndex((other) => other.name === container.name) < index,
	);
	if (twice === undefined) return containers;
	throw new PipelineError({ code: 'invalid-input', attempted: `${name} has two containers named "${twice.name}"` });
}

function containerAt(value: JsonValue, index: number, name: string): Container {
	if (isJsonObject(value) && typeof value.name === 'string') {
		return { index, name: value.name, image: typeof value.image === 'string' ? value.image : undefined, value };
	}
	throw new PipelineError({ code: 'invalid-input', attempted: `Container ${index + 1} of ${name} has no name` });
}

function isWrapped(definition: JsonValue): boolean {
	return isJsonObject(definition) && isJsonObject(definition.taskDefinition);
}
