import type { Context } from '@ecr-pipeline/core';

/** Tells whether the environment offers AWS credentials of its own: variables, container, web identity file, profile. */
export function hasAmbientCredentials(env: Context['env']): boolean {
	return Boolean(
		env.AWS_ACCESS_KEY_ID ||
			env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ||
			env.AWS_CONTAINER_CREDENTIALS_FULL_URI ||
			env.AWS_WEB_IDENTITY_TOKEN_FILE ||
			env.AWS_PROFILE,
	);
}

/**
 * Tells whether the machine itself may have a role (EC2 instance profile) or a file with credentials. GitHub's own
 * runners have neither, and asking would cost them seconds.
 */
export function mayBeOnAws(env: Context['env']): boolean {
	return env.RUNNER_ENVIRONMENT !== 'github-hosted';
}
