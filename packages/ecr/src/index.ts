export {
	type Authorize,
	authorizePublicRegistry,
	openAuthorizer,
	PUBLIC_REGION,
	type RegistryAuthorization,
} from './authorization.ts';
export { batches, createEcrRepository, type EcrAccess, explainRepositoryError } from './ecr-repository.ts';
export { parseEcrHost } from './host.ts';
export { authorizeLogin, identityOf } from './identity.ts';
export { imageStatus } from './image-status.ts';
export {
	forgetLogins,
	LOGINS_VARIABLE,
	type Login,
	type LoginSession,
	loginFor,
	loginsPath,
	readLogins,
	recordLogins,
} from './logins.ts';
export { cachePrefix, isMountingEnabled } from './mounting.ts';
export { canRequestToken } from './oidc.ts';
export { type CompleteReference, openRegistries, type Registries } from './registries.ts';
export { type ReplicationStatus, replicationRegions, replicationStatus } from './replication.ts';
export { openRegistriesAs } from './role-registries.ts';
export { openScanning, type Scanning } from './scanning.ts';
export type { ScanningConfiguration } from './scanning-configuration.ts';
export type { Coverage } from './scanning-coverage.ts';
export { type AskExploitation, DETAILS_AT_ONCE, type Exploitation } from './scanning-exploitation.ts';
export type { PageRequest, ScanPage } from './scanning-findings.ts';
export type { ScanStart } from './scanning-start.ts';
export { isTransient } from './scanning-trouble.ts';
export { type ChainedRole, establishSession, type Session, type SessionRequest } from './session.ts';
export { ambientCaller } from './session-ambient.ts';
export { hasAmbientCredentials, mayBeOnAws } from './session-source.ts';
export { attachStatement } from './statement-referrer.ts';
export {
	describeRepository,
	isTagImmutable,
	planTags,
	pushTimes,
	type TagConflictPolicy,
	type TagOutcome,
	type TagPlan,
	tagConflict,
} from './tags.ts';
export { type AttachedVerdict, attachVerdict, findVerdicts } from './verdict-referrer.ts';
