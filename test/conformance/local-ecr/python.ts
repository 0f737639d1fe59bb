import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const execute = promisify(execFile);

const PACKAGES = ['boto3==1.44.8', 'moto[ecr,server]==5.2.5'];
const DIRECTORY = join(tmpdir(), `local-ecr-judge-${PACKAGES.join('-').replaceAll(/[^a-z0-9.-]+/g, '-')}`);

/** A Python with boto3 and moto, in an environment of its own that later runs find again. @returns its path, or why there is none */
export async function pythonWithBoto(): Promise<{ readonly python: string } | { readonly missing: string }> {
	const python = join(DIRECTORY, 'bin', 'python');
	try {
		await access(join(DIRECTORY, 'complete')).catch(async () => {
			await execute('python3', ['-m', 'venv', DIRECTORY]);
			await execute(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
			await execute('touch', [join(DIRECTORY, 'complete')]);
		});
		return { python };
	} catch (error) {
		return { missing: `no Python with boto3: ${String(error).split('\n')[0]}` };
	}
}
