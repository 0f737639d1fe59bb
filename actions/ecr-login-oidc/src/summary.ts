import { codeSpan, markdownTable } from '@ecr-pipeline/core';
import type { LoginResult } from './login.ts';

/** What a person reads in the job summary. */
export function summaryOf({ logins, session, accountId }: LoginResult): string {
	const rows = logins.map(({ registry, accountId: account, region, registryCredentialsExpire }) => [
		codeSpan(registry),
		codeSpan(account),
		codeSpan(region),
		registryCredentialsExpire,
	]);
	const who =
		session === undefined ? `the ambient AWS credentials of account ${codeSpan(accountId)}` : codeSpan(session.arn);
	return [
		`### Logged in to ${logins.map(({ registry }) => codeSpan(registry)).join(', ')}`,
		'',
		`As ${who}.`,
		'',
		markdownTable(['Registry', 'Account', 'Region', 'Token until'], rows),
	].join('\n');
}
