export { authorizeRegistry, type RegistryAuthorization } from './authorization.ts';
export { batches, createEcrRepository, type EcrAccess, explainRepositoryError } from './ecr-repository.ts';
export { parseEcrHost } from './host.ts';
export {
	forgetLogins,
	LOGINS_VARIABLE,
	type Login,
	type LoginSession,
	loginsPath,
	readLogins,
	recordLogins,
	sessionCredentials,
} from './logins.ts';
export { type CompleteReference, identityOf, openRegistries, type Registries } from './registries.ts';
export {
	type ChainedRole,
	establishSession,
	hasAmbientCredentials,
	type Session,
	type SessionRequest,
} from './session.ts';
export {
	describeRepository,
	isTagImmutable,
	planTags,
	type TagConflictPolicy,
	type TagOutcome,
	type TagPlan,
	tagConflict,
} from './tags.ts';
