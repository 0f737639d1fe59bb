import { PipelineError } from '@ecr-pipeline/core';
import {
	formatPlatform,
	type ImageSource,
	isPlatformImage,
	type Manifest,
	parseManifest,
} from '@ecr-pipeline/registry';

/** The manifest of one platform of an image. */
export interface PlatformManifest {
	/** `os/architecture[/variant]`; absent for an image that is no index: its manifest does not say. */
	readonly platform?: string;
	readonly manifest: Manifest;
}

/** The manifests of an image's platforms, those in indexes within an index too; attestations are left out. */
export async function platformManifests(source: ImageSource, reference: string): Promise<PlatformManifest[]> {
	const [root] = await fetchAll(source, [reference]);
	return root === undefined ? [] : unfold(source, { manifest: root });
}

async function unfold(source: ImageSource, entry: PlatformManifest): Promise<PlatformManifest[]> {
	const parsed = parseManifest(entry.manifest);
	if (parsed.kind === 'image') return [entry];
	const images = parsed.manifests.filter(isPlatformImage);
	const manifests = await fetchAll(
		source,
		images.map(({ digest }) => digest),
	);
	const found: PlatformManifest[] = [];
	for (const [index, manifest] of manifests.entries())
		found.push(...(await unfold(source, { platform: formatPlatform(images[index]?.platform), manifest })));
	return found;
}

async function fetchAll(source: ImageSource, references: readonly string[]): Promise<Manifest[]> {
	const known = await source.manifests(references);
	return references.map((reference) => {
		const manifest = known.get(reference);
		if (manifest !== undefined) return manifest;
		throw new PipelineError({
			code: 'not-found',
			attempted: `Could not find ${reference} in ${source.name}`,
			answer: 'it is not there',
			fix: 'Check that the image was pushed to this repository and has not been deleted, expired or archived.',
		});
	});
}
