import { stat } from 'node:fs/promises';
import { PipelineError } from '@ecr-pipeline/core';
import { isBuilder } from './driver.ts';
import type { BuildJob } from './result.ts';

/**
 * Ends the run before it has changed anything when the driver cannot do what an input asks for, or a file is not there.
 * An input is never dropped in silence.
 */
export async function assertAble(job: BuildJob): Promise<void> {
	const problems = [...beyondDriver(job), ...(await missingFiles(job))];
	if (problems.length === 0) return;
	throw new PipelineError({
		code: 'invalid-input',
		attempted: problems.join('\n'),
		fix: 'Nothing has been changed.',
	});
}

function beyondDriver({ input, driver, tags }: BuildJob): string[] {
	if (driver.kind !== 'docker') return [];
	const { recipe, push, profile } = input;
	const needsBuildx = [
		[recipe.platforms.length > 1, 'platforms (more than one)'],
		[recipe.annotations.length > 0, 'annotations'],
		[recipe.attests, 'provenance and sbom'],
		[recipe.cache.kind !== 'none', 'cache'],
		[recipe.cache.to.length > 0, 'cache-to'],
		[profile === 'reproducible', 'profile: reproducible'],
		[!push && input.layoutOutput !== undefined, 'oci-layout-output'],
	];
	const needsBuildkit = [
		[recipe.secrets.length > 0, 'secrets, secret-files and secret-envs'],
		[recipe.ssh.length > 0, 'ssh'],
		[recipe.buildContexts.length > 0, 'build-contexts'],
	];
	const beyond = [...needsBuildx, ...(driver.buildkit ? [] : needsBuildkit)].filter(([asked]) => asked);
	const told = beyond.map(
		([, name]) =>
			`Input ${name}: the docker driver cannot do this (it was chosen because: ${driver.why}). Add docker/setup-buildx-action.`,
	);
	// docker push has no other way to say where to.
	if (push && tags.length === 0)
		told.push(
			'Input "tags" gives no tag for this event: the docker driver can only push under a tag; buildx can without.',
		);
	return told;
}

async function missingFiles({ input: { recipe }, driver }: BuildJob): Promise<string[]> {
	if (!isBuilder(driver) || isRemote(recipe.context)) return [];
	const context = await stat(recipe.context).catch(() => undefined);
	if (context === undefined) return [`Input "context" is "${recipe.context}": there is no such directory.`];
	if (recipe.file === undefined || (await stat(recipe.file).catch(() => undefined))?.isFile()) return [];
	return [`Input "file" is "${recipe.file}": there is no such file.`];
}

/** The forms of a context that docker fetches by itself (docs.docker.com, "Build context"). */
function isRemote(context: string): boolean {
	return /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/.test(context);
}
