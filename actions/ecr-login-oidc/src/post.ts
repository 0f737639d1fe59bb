import { runCommand, runPost, systemClock } from '@ecr-pipeline/core';
import { logOut } from './logout.ts';

await runPost('ecr-login-oidc', (runner) => logOut(runner, { clock: systemClock, run: runCommand }));
