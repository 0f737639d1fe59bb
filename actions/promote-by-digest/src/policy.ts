import { readFile } from 'node:fs/promises';
import { effectivePolicy, parsePolicy, policyDigest } from '@ecr-pipeline/findings';

/** The digest by which a verdict names a policy, as it holds for a repository. */
export async function readPolicyDigests(path: string): Promise<(repository: string) => string> {
	const policy = parsePolicy(await readFile(path, 'utf8'), path);
	return (repository) => policyDigest(effectivePolicy(policy, repository));
}
