export interface EcrHost {
	readonly accountId: string;
	readonly region: string;
}

// One grammar for commercial, China, GovCloud, ISO, FIPS and dual-stack hosts (ECR user guide, "Registry URLs").
const ECR_HOST = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+$/;

/** Account and region of a host with the shape of an ECR registry; undefined for any other. */
export function parseEcrHost(host: string): EcrHost | undefined {
	const [, accountId, region] = ECR_HOST.exec(host) ?? [];
	return accountId === undefined || region === undefined ? undefined : { accountId, region };
}
