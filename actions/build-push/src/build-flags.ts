import type { Recipe } from './recipe.ts';

/** The flags that docker build and docker buildx build share. Labels stand here because the event adds to them. */
export function buildFlags(recipe: Recipe, labels: ReadonlyMap<string, string>): string[] {
	const each = (flag: string, values: Iterable<string>): string[] => [...values].flatMap((value) => [flag, value]);
	const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);
	return [
		...one('--file', recipe.file),
		...one('--target', recipe.target),
		...(recipe.platforms.length === 0 ? [] : ['--platform', recipe.platforms.join(',')]),
		...each('--build-arg', recipe.buildArgs),
		...each('--build-context', recipe.buildContexts),
		...each(
			'--label',
			[...labels].map(([key, value]) => `${key}=${value}`),
		),
		...each('--ssh', recipe.ssh),
		...(recipe.noCache ? ['--no-cache'] : []),
		...(recipe.pull ? ['--pull'] : []),
		...one('--network', recipe.network),
		...each('--add-host', recipe.addHosts),
		...one('--cgroup-parent', recipe.cgroupParent),
		...one('--shm-size', recipe.shmSize),
		...each('--ulimit', recipe.ulimits),
	];
}
