import type { Finding } from './finding.ts';
import { matchesPattern } from './pattern.ts';
import type { BaseImageRules, EffectivePolicy, LayerRules } from './policy.ts';

/** The image that another one is built on. */
export interface BaseImage {
	/** `registry/repository` */
	readonly name: string;
	/** Digests and diff ids of its layers: scanners name a layer by either. */
	readonly layers: ReadonlySet<string>;
}

/** The rules for the base image's layers, where every package of a finding lies in them. */
export function baseRulesFor(
	{ packages }: Finding,
	{ 'base-image': rules }: EffectivePolicy,
	baseImage: BaseImage | undefined,
): LayerRules | undefined {
	if (rules === undefined || baseImage === undefined || packages.length === 0 || !areFor(rules, baseImage))
		return undefined;
	const isInside = packages.every(
		({ layers }) => layers.length > 0 && layers.every((layer) => baseImage.layers.has(layer)),
	);
	return isInside ? rules : undefined;
}

/** Tells whether the rules are meant for this base image. */
export function areFor({ images }: BaseImageRules, { name }: BaseImage): boolean {
	return images === undefined || images.some((pattern) => matchesPattern(pattern, name));
}
