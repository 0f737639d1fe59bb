import { runPost, systemClock } from '@ecr-pipeline/core';
import { logOut } from '@ecr-pipeline/ecr-login-oidc/logout';

await runPost('ecr-pipeline', async (runner) => {
	await logOut(runner, systemClock, 'promote-');
	await logOut(runner, systemClock);
});
