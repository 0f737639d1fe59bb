// What is bundled, and where it goes below dist/: the one list that the build, the check and the demo share.
export const bundles = [
	{ name: 'ecr-login-oidc', entry: 'actions/ecr-login-oidc/lib/main.js', file: 'index.js' },
	{ name: 'ecr-login-oidc', entry: 'actions/ecr-login-oidc/lib/post.js', file: 'post.js' },
	{ name: 'ecr-login-oidc', entry: 'actions/ecr-login-oidc/lib/helper.js', file: 'helper.js' },
	{ name: 'build-push', entry: 'actions/build-push/lib/main.js', file: 'index.js' },
	{ name: 'wait-for-scan', entry: 'actions/wait-for-scan/lib/main.js', file: 'index.js' },
	{ name: 'gate-on-findings', entry: 'actions/gate-on-findings/lib/main.js', file: 'index.js' },
	{ name: 'promote-by-digest', entry: 'actions/promote-by-digest/lib/main.js', file: 'index.js' },
	{ name: 'pin-digest-in-taskdef', entry: 'actions/pin-digest-in-taskdef/lib/main.js', file: 'index.js' },
	{ name: 'pipeline', entry: 'actions/pipeline/lib/main.js', file: 'index.js' },
	{ name: 'pipeline', entry: 'actions/pipeline/lib/post.js', file: 'post.js' },
	{ name: 'local-ecr', entry: 'packages/local-ecr/lib/main.js', file: 'index.js' },
];
