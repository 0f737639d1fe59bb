import type { Action } from '@ecr-pipeline/core';
import { type LoginInputs, readInputs } from './inputs.ts';
import { type LoginResult, login, variablesOf } from './login.ts';
import { outputsOf } from './outputs.ts';
import { summaryOf } from './summary.ts';

export const action: Action<LoginInputs, LoginResult> = {
	name: 'ecr-login-oidc',
	readInputs,
	run: login,
	outputs: outputsOf,
	variables: variablesOf,
	summary: summaryOf,
};
