import { action as build } from '@ecr-pipeline/build-push';
import { action as login } from '@ecr-pipeline/ecr-login-oidc';
import { action as gate } from '@ecr-pipeline/gate-on-findings';
import { action as pin } from '@ecr-pipeline/pin-digest-in-taskdef';
import { action as promote } from '@ecr-pipeline/promote-by-digest';
import { action as scan } from '@ecr-pipeline/wait-for-scan';

/** The six, under the names of their stages. */
export const ACTIONS = { login, build, scan, gate, promote, pin };
