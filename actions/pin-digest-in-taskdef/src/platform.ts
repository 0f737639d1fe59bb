import type { Platform } from '@ecr-pipeline/registry';
import { isJsonObject, itemsOf } from './definition.ts';
import type { JsonObject } from './json-style.ts';

/** The platform a task runs on. `osVersion` is the start of the `os.version` that an image for Windows must have. */
export interface TaskPlatform {
	readonly os: string;
	readonly architecture: string;
	readonly osVersion?: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { X86_64: 'amd64', ARM64: 'arm64' };

// Builds of the releases (learn.microsoft.com, "Windows Server release information").
const WINDOWS_BUILDS: Readonly<Record<string, string>> = {
	'2016': '10.0.14393',
	'2019': '10.0.17763',
	'2004': '10.0.19041',
	'20H2': '10.0.19042',
	'2022': '10.0.20348',
	'2025': '10.0.26100',
};

/**
 * The platform that a task definition asks for; undefined when it leaves it to the instances it is placed on. Fargate
 * takes X86_64 and LINUX where nothing is said (Amazon ECS API reference, RuntimePlatform).
 */
export function taskPlatform(definition: JsonObject): TaskPlatform | undefined {
	const runtime = isJsonObject(definition.runtimePlatform) ? definition.runtimePlatform : {};
	const fargate = itemsOf(definition.requiresCompatibilities).includes('FARGATE');
	const { cpuArchitecture: cpu, operatingSystemFamily: family } = runtime;
	if (cpu === undefined && family === undefined && !fargate) return undefined;
	const architecture = ARCHITECTURES[String(cpu ?? 'X86_64')] ?? String(cpu).toLowerCase();
	const release = /^WINDOWS_SERVER_([^_]+)/.exec(String(family ?? 'LINUX'))?.[1];
	if (release === undefined) return { os: 'linux', architecture };
	const osVersion = WINDOWS_BUILDS[release];
	return { os: 'windows', architecture, ...(osVersion === undefined ? {} : { osVersion }) };
}

/** Tells whether an image for this platform runs there. */
export function runsOn(image: Platform, task: TaskPlatform): boolean {
	const version = image['os.version'];
	return (
		image.os === task.os &&
		image.architecture === task.architecture &&
		(task.osVersion === undefined ||
			version === undefined ||
			version.startsWith(`${task.osVersion}.`) ||
			version === task.osVersion)
	);
}
