import { basename, isAbsolute, relative } from 'node:path';
import { type Context, digestOf, type Env } from '@ecr-pipeline/core';
import type { Evidence } from '@ecr-pipeline/findings';
import { readText } from './documents.ts';
import { inWorkspace } from './inputs.ts';

/** Where a policy is: a file in the workspace, or one in a repository on GitHub that no pull request of this one can edit. */
export type PolicySource =
	| { readonly kind: 'file'; readonly path: string }
	| {
			readonly kind: 'github';
			readonly owner: string;
			readonly repo: string;
			readonly path: string;
			readonly ref: string;
	  };

const CENTRAL = /^(?<owner>[A-Za-z0-9][A-Za-z0-9-]*)\/(?<repo>[A-Za-z0-9._-]+)\/(?<path>[^@]+)@(?<ref>[^@\s]+)$/;

/**
 * Reads `owner/repo/path@ref`, or a path. What has the shape of the first is never looked for in the workspace, where a pull
 * request could put a file of that name; a path with an "@" in it is written with "./" in front.
 */
export function policySource(text: string): PolicySource {
	const { owner, repo, path, ref } = CENTRAL.exec(text)?.groups ?? {};
	if (owner === undefined || repo === undefined || path === undefined || ref === undefined)
		return { kind: 'file', path: text };
	return { kind: 'github', owner, repo, path, ref };
}

/** A policy file's text, and how a verdict names it: by where it was, and by the digest of its bytes. */
export interface PolicyText {
	readonly name: string;
	readonly evidence: Evidence;
	readonly text: string;
}

/** @param input the name of the input, for messages */
export async function readPolicyText(
	source: PolicySource,
	input: string,
	token: string,
	context: Context,
): Promise<PolicyText> {
	if (source.kind === 'file') {
		const text = await readText(inWorkspace(source.path, context.env), input);
		const uri = pathInWorkspace(source.path, context.env);
		return { name: uri, evidence: { uri, digest: digestOf(text) }, text };
	}
	// Loaded when it is asked for: most policies lie in the workspace.
	const { readCentralPolicy } = await import('./policy-github.ts');
	return readCentralPolicy(source, input, token, context);
}

// A verdict travels: where the runner keeps its workspace is nobody's business, and differs from run to run.
function pathInWorkspace(file: string, env: Env): string {
	const path = relative(inWorkspace('.', env), inWorkspace(file, env));
	return path.startsWith('..') || isAbsolute(path) ? basename(file) : path.replaceAll('\\', '/');
}
