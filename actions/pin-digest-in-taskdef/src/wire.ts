import type { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { isJsonObject } from './definition.ts';
import type { JsonObject, JsonValue } from './json-style.ts';

/** Keeps the JSON of the answer as it came, with the fields that the SDK's model does not know. */
export function keepAnswer(stack: DescribeTaskDefinitionCommand['middlewareStack']): () => JsonObject {
	let kept: JsonObject = {};
	stack.add(
		(next) => async (argument) => {
			const result = await next(argument);
			const response = result.response as { statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array };
			const bytes = await bytesOf(response.body);
			response.body = bytes;
			if (response.statusCode < 300) kept = JSON.parse(bytes.toString('utf8')) as JsonObject;
			return result;
		},
		{ step: 'deserialize', priority: 'low', name: 'keepAnswer' },
	);
	return () => kept;
}

/** Hands the JSON that is about to be sent to `check`, which may throw. */
export function inspectRequest(
	stack: RegisterTaskDefinitionCommand['middlewareStack'],
	check: (body: JsonValue) => void,
): void {
	stack.add(
		(next) => async (argument) => {
			const { body } = argument.request as { body: string | Uint8Array };
			check(JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as JsonValue);
			return next(argument);
		},
		{ step: 'build', priority: 'low', name: 'inspectRequest' },
	);
}

/** The paths that are in `wanted` and not in `sent`: the SDK leaves out, without a word, what its model does not know. */
export function missingPaths(wanted: JsonValue, sent: JsonValue | undefined, path = ''): string[] {
	if (sent === undefined) return [path];
	if (Array.isArray(wanted)) {
		const there: readonly JsonValue[] = Array.isArray(sent) ? sent : [];
		return wanted.flatMap((item, index) => missingPaths(item, there[index], `${path}[${index}]`));
	}
	if (!isJsonObject(wanted)) return [];
	const there = isJsonObject(sent) ? sent : {};
	return Object.entries(wanted).flatMap(([key, value]) =>
		missingPaths(value, there[key], path === '' ? key : `${path}.${key}`),
	);
}

async function bytesOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Buffer> {
	if (body instanceof Uint8Array) return Buffer.from(body);
	const chunks: Uint8Array[] = [];
	for await (const chunk of body) chunks.push(chunk);
	return Buffer.concat(chunks);
}
