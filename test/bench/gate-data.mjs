// Findings by the hundred thousand, the same bytes at every run: as DescribeImageScanFindings gives them page by page, and
// as wait-for-scan writes them. Every finding has an id, a text and a package of its own, so that nothing is cheaper here
// than in an image.
import { closeSync, openSync, writeSync } from 'node:fs';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const LEVELS = ['CRITICAL', 'HIGH', 'HIGH', 'MEDIUM', 'MEDIUM', 'MEDIUM', 'LOW', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'];
const SCORES = { CRITICAL: 9.8, HIGH: 7.5, MEDIUM: 5.3, LOW: 3.1, INFORMATIONAL: 0, UNTRIAGED: 6.1 };
const WORDS =
	'kernel buffer overflow remote attacker crafted packet parser allows memory pointer race condition driver denial of service arbitrary code in the of a an when handling which could lead to before after version upstream patch has been resolved following vulnerability netfilter usb stack heap use free out bounds read write'.split(
		' ',
	);

/** Writes one answer with all pages in it and four spaces of indent, as the AWS CLI does. @returns bytes written */
export function writeEnhanced(path, count) {
	return written(path, function* () {
		const head = {
			registryId: '111122223333',
			repositoryName: 'team/shop',
			imageId: { imageDigest: DIGEST, imageTag: '1.4.2' },
			imageScanStatus: { status: 'ACTIVE', description: 'Continuous scan is selected for image.' },
			imageScanFindings: {
				imageScanCompletedAt: '2026-05-30T08:16:00+00:00',
				vulnerabilitySourceUpdatedAt: '2026-05-30T06:00:00+00:00',
				enhancedFindings: [],
			},
		};
		yield JSON.stringify(head, undefined, 4).slice(0, -'[]\n    }\n}'.length);
		for (let index = 0; index < count; index += 1)
			yield `${index === 0 ? '[' : ','}\n${JSON.stringify(enhanced(index), undefined, 4).replace(/^/gm, ' '.repeat(12))}`;
		yield '\n        ]\n    }\n}\n';
	});
}

/** Writes what wait-for-scan would make of the same scan. @returns bytes written */
export function writeNormalised(path, count) {
	return written(path, function* () {
		const head = {
			schemaVersion: 1,
			image: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/shop@${DIGEST}`,
			repository: 'team/shop',
			digest: DIGEST,
			scanType: 'enhanced',
			scanCompletedAt: '2026-05-30T08:16:00.000Z',
			sourceUpdatedAt: '2026-05-30T06:00:00.000Z',
			platforms: [{ platform: 'linux/amd64', digest: DIGEST, status: 'complete' }],
			findings: [],
		};
		yield JSON.stringify(head).slice(0, -2);
		for (const [place, index] of worstFirst(count).entries())
			yield `${place === 0 ? '\n' : ',\n'}${JSON.stringify(normalised(index))}`;
		yield '\n]}\n';
	});
}

/** The order in which wait-for-scan writes: by severity, then by id. */
function worstFirst(count) {
	const order = ['critical', 'high', 'medium', 'low', 'informational'];
	return Array.from({ length: count }, (_, index) => {
		const { id, severity } = normalised(index);
		return { index, rank: order.indexOf(severity), id };
	})
		.sort((one, other) => one.rank - other.rank || (one.id < other.id ? -1 : 1))
		.map(({ index }) => index);
}

function written(path, parts) {
	const file = openSync(path, 'w');
	let bytes = 0;
	let pending = '';
	const flush = () => {
		bytes += writeSync(file, pending);
		pending = '';
	};
	for (const part of parts()) {
		pending += part;
		if (pending.length > 4_000_000) flush();
	}
	flush();
	closeSync(file);
	return bytes;
}

/** What one finding is made of, before it is put into either shape. */
function material(index) {
	const random = randomFrom(index);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const level = pick(LEVELS);
	const id = `CVE-${2014 + (index % 12)}-${10_000 + index}`;
	const name = `${pick(WORDS)}-${pick(WORDS)}-${Math.floor(random() * 4000)}`;
	const version = `${1 + Math.floor(random() * 9)}.${Math.floor(random() * 30)}.${Math.floor(random() * 40)}`;
	const release = `${Math.floor(random() * 9)}+deb12u${Math.floor(random() * 9)}`;
	const sentence = (words) => Array.from({ length: words }, () => pick(WORDS)).join(' ');
	const links = Array.from({ length: 4 }, () => `https://git.kernel.example/stable/c/${hex(random)}`);
	return {
		level,
		id,
		name,
		version,
		release,
		layer: `sha256:${String(Math.floor(random() * 30))
			.padStart(2, '0')
			.repeat(32)}`,
		description: `In ${name}, ${sentence(35 + Math.floor(random() * 30))}.`,
		title: `${id} - ${name}`,
		links,
		fixed: random() < 0.6 ? `${version.replace(/\d+$/, (last) => Number(last) + 1)}-${release}` : undefined,
		exploit: random() < 0.03,
		seen: new Date(Date.parse('2026-01-01T00:00:00Z') + Math.floor(random() * 150) * 86_400_000).toISOString(),
		vector: `CVSS:3.1/AV:${pick(['N', 'L', 'A'])}/AC:${pick(['L', 'H'])}/PR:${pick(['N', 'L'])}/UI:${pick(['N', 'R'])}/S:U/C:H/I:${pick(['H', 'N'])}/A:${pick(['H', 'N', 'L'])}`,
	};
}

function enhanced(index) {
	const { level, id, name, version, release, layer, description, title, links, fixed, exploit, seen, vector } =
		material(index);
	const score = SCORES[level];
	const cvss = { baseScore: score, scoringVector: vector, source: 'NVD', version: '3.1' };
	return {
		awsAccountId: '111122223333',
		description,
		findingArn: `arn:aws:inspector2:eu-central-1:111122223333:finding/${id.toLowerCase()}`,
		firstObservedAt: seen,
		lastObservedAt: '2026-05-30T08:15:30.123000+00:00',
		updatedAt: '2026-05-30T08:15:30.123000+00:00',
		packageVulnerabilityDetails: {
			cvss: [cvss, { ...cvss, source: 'DEBIAN_CVE' }],
			referenceUrls: links,
			relatedVulnerabilities: [],
			source: 'DEBIAN_CVE',
			sourceUrl: `https://security-tracker.debian.org/tracker/${id}`,
			vendorCreatedAt: '2026-01-04T00:00:00+00:00',
			vendorSeverity: level.toLowerCase(),
			vendorUpdatedAt: '2026-02-04T00:00:00+00:00',
			vulnerabilityId: id,
			vulnerablePackages: [
				{
					arch: 'AMD64',
					epoch: 0,
					fixedInVersion: fixed ?? 'NotAvailable',
					name,
					packageManager: 'OS',
					release,
					sourceLayerHash: layer,
					version,
				},
			],
		},
		remediation: { recommendation: { text: 'None Provided' } },
		resources: [
			{
				details: {
					awsEcrContainerImage: {
						architecture: 'amd64',
						imageHash: DIGEST,
						imageTags: ['1.4.2', 'latest'],
						platform: 'DEBIAN_12',
						pushedAt: '2026-05-20T08:10:00+00:00',
						registry: '111122223333',
						repositoryName: 'team/shop',
						inUseCount: 0,
					},
				},
				id: `arn:aws:ecr:eu-central-1:111122223333:repository/team/shop/${DIGEST}`,
				tags: {},
				type: 'AWS_ECR_CONTAINER_IMAGE',
			},
		],
		score,
		scoreDetails: { cvss: { adjustments: [], score, scoreSource: 'NVD', scoringVector: vector, version: '3.1' } },
		severity: level,
		status: 'ACTIVE',
		title,
		type: 'PACKAGE_VULNERABILITY',
		fixAvailable: fixed === undefined ? 'NO' : 'YES',
		exploitAvailable: exploit ? 'YES' : 'NO',
	};
}

function normalised(index) {
	const { level, id, name, version, release, layer, description, title, links, fixed, exploit, seen, vector } =
		material(index);
	const score = SCORES[level];
	const rating = { version: '3.1', vector, score };
	const complete = `${version}-${release}`;
	return {
		id,
		aliases: [],
		severity: level === 'UNTRIAGED' ? 'medium' : level.toLowerCase(),
		givenSeverity: level,
		cvss: [
			{ source: 'NVD', ...rating },
			{ source: 'DEBIAN_CVE', ...rating },
		],
		exploitAvailable: exploit,
		packages: [
			{
				name,
				version: complete,
				type: 'deb',
				purl: `pkg:deb/debian/${name}@${encodeURIComponent(complete)}`,
				layers: [layer],
				fixedVersions: fixed === undefined ? [] : [fixed],
			},
		],
		fix: fixed === undefined ? 'none' : 'available',
		firstSeen: seen,
		platforms: ['linux/amd64'],
		title,
		description,
		links: [`https://security-tracker.debian.org/tracker/${id}`, ...links],
		status: 'active',
	};
}

/** A row of numbers from 0 to 1 that depends on the seed only (mulberry32). */
function randomFrom(seed) {
	let state = seed + 0x6d2b79f5;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let value = Math.imul(state ^ (state >>> 15), 1 | state);
		value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
		return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
	};
}

function hex(random) {
	return Array.from({ length: 5 }, () =>
		Math.floor(random() * 2 ** 32)
			.toString(16)
			.padStart(8, '0'),
	).join('');
}
