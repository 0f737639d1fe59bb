export interface EcrHost {
	readonly accountId: string;
	readonly region: string;
}

// A password of ECR goes to hosts below the domains of AWS only: those of its partitions (SDK, partitions.json), and for
// dual-stack registries the same with `on.` in front. A registry of a new partition is known by its login all the same.
const DOMAINS = [
	'amazonaws.com',
	'amazonaws.com.cn',
	'amazonaws.eu',
	'c2s.ic.gov',
	'sc2s.sgov.gov',
	'cloud.adc-e.uk',
	'csp.hci.ic.gov',
	'on.aws',
	'on.amazonwebservices.com.cn',
	'on.amazonwebservices.eu',
	'on.aws.ic.gov',
	'on.aws.scloud',
	'on.cloud-aws.adc-e.uk',
	'on.aws.hci.ic.gov',
];
// One grammar for commercial, China, GovCloud, ISO, FIPS and dual-stack hosts (ECR user guide, "Registry URLs").
const ECR_HOST = new RegExp(
	`^(\\d{12})\\.dkr[.-]ecr(?:-fips)?\\.([a-z0-9-]+)\\.(?:${DOMAINS.join('|').replaceAll('.', '\\.')})$`,
);

/** Account and region of a host with the shape of an ECR registry; undefined for any other. */
export function parseEcrHost(host: string): EcrHost | undefined {
	const [, accountId, region] = ECR_HOST.exec(host) ?? [];
	return accountId === undefined || region === undefined ? undefined : { accountId, region };
}
