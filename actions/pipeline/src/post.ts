import { runCommand, runPost, systemClock } from '@ecr-pipeline/core';
import { logOut } from '@ecr-pipeline/ecr-login-oidc/logout';

const tools = { clock: systemClock, run: runCommand };
await runPost('ecr-pipeline', async (runner) => {
	await logOut(runner, tools, 'promote-');
	await logOut(runner, tools);
});
