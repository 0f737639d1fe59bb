/** The platforms as a person reads them. A plain manifest does not say its platform, and `unknown` tells nobody anything. */
export function platformsText(platforms: readonly string[]): string {
	return platforms.filter((platform) => platform !== 'unknown').join(', ');
}
