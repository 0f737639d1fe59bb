/** What a service answers instead of a result: the code of its model, e.g. `RepositoryNotFoundException`. */
export class ServiceError extends Error {
	readonly code: string;
	readonly status: number;

	constructor(code: string, message: string, status = 400) {
		super(message);
		this.code = code;
		this.status = status;
	}
}

/** ECR's words for a parameter that breaks a constraint of the model. */
export function invalidParameter(name: string, constraint: string): ServiceError {
	return new ServiceError(
		'InvalidParameterException',
		`Invalid parameter at '${name}' failed to satisfy constraint: '${constraint}'`,
	);
}

/** IAM's words, as every service uses them. */
export function accessDenied(principal: string, action: string, resource: string, why: string): ServiceError {
	return new ServiceError(
		'AccessDeniedException',
		`User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
	);
}
