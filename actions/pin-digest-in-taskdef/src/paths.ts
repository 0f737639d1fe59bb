import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Context, PipelineError } from '@ecr-pipeline/core';

/**
 * The file that a path leads to, links followed, whether it exists or not. With GITHUB_WORKSPACE set, only the workspace
 * and the runner's own temporary directory are open: a link in a pull request must not lead elsewhere.
 */
export async function resolvePath(path: string, context: Context): Promise<string> {
	const workspace = context.env.GITHUB_WORKSPACE;
	const found = await followLinks(resolve(workspace ?? '', path));
	if (workspace === undefined || workspace === '') return found;
	const roots = await Promise.all([workspace, context.temporaryDirectory].map((root) => followLinks(resolve(root))));
	if (roots.some((root) => isWithin(root, found))) return found;
	throw new PipelineError({
		code: 'refused',
		attempted: `The path ${path} leads out of the workspace`,
		answer: `it is ${found}`,
		fix: 'Use a file below GITHUB_WORKSPACE or RUNNER_TEMP.',
	});
}

function isWithin(root: string, path: string): boolean {
	const way = relative(root, path);
	return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function followLinks(path: string): Promise<string> {
	try {
		return await realpath(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(path) === path) throw error;
		return join(await followLinks(dirname(path)), basename(path));
	}
}
