export { type Action, runAction, runPost } from './action.ts';
export {
	type AwsClientConfig,
	type AwsCredentials,
	type AwsIdentity,
	awsClientConfig,
	awsErrorCode,
	awsRegion,
	explainAwsError,
} from './aws.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Context, createContext } from './context.ts';
export { type HelperCredentials, runCredentialHelper, siblingProgram } from './credential-helper.ts';
export { type Digest, digestOf, isDigest, shortDigest } from './digest.ts';
export { createDownload, type Download } from './download.ts';
export { type ErrorCode, messageOf, PipelineError, type Problem } from './errors.ts';
export { codeSpan, escapeCommandData, escapeHtml, escapeLog, escapeMarkdown } from './escape.ts';
export { type CommandOptions, type CommandResult, type RunCommand, runCommand } from './exec.ts';
export { removeUnfinished, writeFileAtomically } from './files.ts';
export {
	createAgents,
	createHttpSend,
	type HttpAgents,
	type HttpRequest,
	type HttpResponse,
	type HttpSend,
	readBody,
} from './http.ts';
export { createInputs, type Env, type InputSource, type Inputs } from './inputs.ts';
export { formatBytes, formatDuration, withProgress } from './progress.ts';
export {
	formatImageReference,
	type ImageReference,
	isLoopback,
	isRepositoryName,
	isTag,
	parseImageReference,
} from './reference.ts';
export { type RetryOptions, retry, retryAfterMilliseconds } from './retry.ts';
export { createRunner, type Log, type OutputValue, type Runner } from './runner.ts';
export { markdownTable } from './table.ts';
