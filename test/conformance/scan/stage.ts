import { type LocalEcr, startLocalEcr } from '@ecr-pipeline/local-ecr';
import {
	logIn,
	OCI_INDEX,
	OCI_MANIFEST,
	pushBlob,
	pushImage,
	putManifest,
	type Registry,
} from '../../../packages/local-ecr/test/support.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { LAYERS, type Scenario } from './scenario.ts';
import { writeOut } from './shapes.ts';

export const REPOSITORY = 'team/app';
const BASE_REPOSITORY = 'team/base';

/** A registry with the image of a scenario in it, being scanned. */
export interface Stage {
	readonly ecr: LocalEcr;
	readonly proxy: FaultProxy;
	readonly registry: string;
	readonly digest: string;
	readonly close: () => Promise<void>;
}

const FREQUENCIES = { continuous: 'CONTINUOUS_SCAN', 'enhanced-on-push': 'SCAN_ON_PUSH', uncovered: 'SCAN_ON_PUSH' };

export async function setStage(scenario: Scenario): Promise<Stage> {
	const { scanning = 'on-push', scans = [{}] } = scenario;
	const type = scanning === 'on-push' || scanning === 'manual' ? 'basic' : 'enhanced';
	const rules =
		type === 'basic'
			? undefined
			: [
					{
						frequency: FREQUENCIES[scanning as keyof typeof FREQUENCIES],
						filters: [scanning === 'uncovered' ? 'other/*' : '*'],
					},
				];
	const clock = clockThatWaits();
	const ecr = await startLocalEcr({
		now: clock.now,
		seeds: [
			JSON.stringify({
				scans: { seconds: 0 },
				registries: [
					{
						repositories: [{ name: REPOSITORY, scanOnPush: scanning === 'on-push' }, BASE_REPOSITORY],
						...(rules === undefined ? {} : { scanning: { type: 'ENHANCED', rules } }),
					},
				],
				findings: scans.map(({ platform, steps, findings = [] }) => ({
					type,
					...(platform === undefined ? {} : { platform }),
					...(steps === undefined ? {} : { steps }),
					findings: writeOut(findings, type),
				})),
			}),
		],
	});
	const proxy = await startFaultProxy(ecr.url, scenario.faults ?? [], clock.begin);
	return {
		ecr,
		proxy,
		registry: (await ecr.registry()).host,
		digest: await push(ecr, scenario.image ?? 'plain'),
		close: async () => {
			await proxy.close();
			await ecr.close();
		},
	};
}

/** Stands still until the scan is first asked about: what an action gets to see does not depend on how fast it starts. */
function clockThatWaits(): { readonly now: () => number; readonly begin: () => void } {
	const still = Date.now();
	let began: number | undefined;
	return {
		now: () => (began === undefined ? still : still + Date.now() - began),
		begin: () => {
			began ??= Date.now();
		},
	};
}

async function push(ecr: LocalEcr, kind: NonNullable<Scenario['image']>): Promise<string> {
	const registry = await logIn(ecr);
	if (kind === 'based') return pushBased(registry, new URL(registry.url).host);
	const image = (architecture: string, content: string) =>
		pushImage(registry, REPOSITORY, '', content, { os: 'linux', architecture });
	const amd64 = await image('amd64', 'for amd64');
	if (kind === 'plain') {
		await putManifest(registry, REPOSITORY, 'v1', amd64.manifest, OCI_MANIFEST);
		return amd64.digest;
	}
	const arm64 = await image('arm64', 'for arm64');
	const entry = ({ digest, manifest }: typeof amd64, platform: object, annotations?: object) => ({
		mediaType: OCI_MANIFEST,
		digest,
		size: manifest.length,
		platform,
		...(annotations === undefined ? {} : { annotations }),
	});
	const platforms = [
		entry(amd64, { os: 'linux', architecture: 'amd64' }),
		entry(arm64, { os: 'linux', architecture: 'arm64' }),
	];
	const attestation = entry(
		await image('unknown', 'provenance'),
		{ os: 'unknown', architecture: 'unknown' },
		{ 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest },
	);
	const manifests = {
		index: platforms,
		attested: [...platforms, attestation],
		'attestations-only': [attestation],
	}[kind];
	const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
	const answer = await putManifest(registry, REPOSITORY, 'v1', index, OCI_INDEX);
	return String(answer.headers['docker-content-digest']);
}

/** An image of two layers, the first of which is its base image, as its annotations say (OCI image-spec, annotations.md). */
async function pushBased(registry: Registry, host: string): Promise<string> {
	const base = await pushImage(registry, BASE_REPOSITORY, 'v1', LAYERS.base);
	const layers = await Promise.all(Object.values(LAYERS).map((content) => pushBlob(registry, REPOSITORY, content)));
	const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: layers } });
	const manifest = JSON.stringify({
		schemaVersion: 2,
		mediaType: OCI_MANIFEST,
		config: {
			mediaType: 'application/vnd.oci.image.config.v1+json',
			digest: await pushBlob(registry, REPOSITORY, config),
			size: config.length,
		},
		layers: Object.values(LAYERS).map((content, index) => ({
			mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
			digest: layers[index],
			size: content.length,
		})),
		annotations: {
			'org.opencontainers.image.base.name': `${host}/${BASE_REPOSITORY}:v1`,
			'org.opencontainers.image.base.digest': base.digest,
		},
	});
	const answer = await putManifest(registry, REPOSITORY, 'v1', manifest, OCI_MANIFEST);
	return String(answer.headers['docker-content-digest']);
}
