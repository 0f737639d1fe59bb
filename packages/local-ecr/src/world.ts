import type { Credentials } from './aws/credentials.ts';
import type { Clock } from './clock.ts';
import type { Tokens } from './distribution/tokens.ts';
import type { Ecs } from './ecs/state.ts';
import type { Faults } from './faults/faults.ts';
import type { OidcIssuer } from './github/issuer.ts';
import type { Registries } from './registry/registries.ts';
import type { Replication } from './registry/replication.ts';
import type { ScanRules } from './scan/rules.ts';
import type { Blobs } from './storage/blobs.ts';
import type { Layers } from './storage/layers.ts';
import type { Links } from './storage/links.ts';
import type { Roles } from './sts/roles.ts';

/** What can be set for the whole process, once, at the start. */
export interface Settings {
	/** The account and region whose registry shares the API's port. */
	readonly account: string;
	readonly region: string;
	/** Added to every answer. */
	readonly latencyMs: number;
	/** ECR sends the readers of layers to its storage with a 307; off: the registry answers itself. */
	readonly redirectBlobs: boolean;
	/** Takes chunked uploads of several PATCHes, which ECR itself does not (aws/containers-roadmap#2831). */
	readonly multiPatch: boolean;
	/** Sessions may do only what the policies of their role and their own session policy allow. */
	readonly enforceIam: boolean;
}

/** Everything that one local ECR is made of. The rooms get it as an argument and nothing else. */
export interface World {
	readonly settings: Settings;
	readonly clock: Clock;
	readonly registries: Registries;
	readonly blobs: Blobs;
	readonly layers: Layers;
	readonly links: Links;
	readonly credentials: Credentials;
	readonly tokens: Tokens;
	readonly roles: Roles;
	readonly oidc: OidcIssuer;
	readonly scans: ScanRules;
	readonly ecs: Ecs;
	readonly faults: Faults;
	readonly replication: Replication;
	/** Where the API listens, `http://127.0.0.1:5000`. */
	readonly apiOrigin: () => string;
}
