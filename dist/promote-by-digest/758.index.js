export const id = 758;
export const ids = [758];
export const modules = {

/***/ 3758:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  readPolicyDigests: () => (/* binding */ readPolicyDigests)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./packages/findings/lib/severity.js
/** From worst to least; `unknown` is not a level but the absence of one, and is never counted as harmless. */
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational', 'unknown'];
const KNOWN_SEVERITIES = SEVERITIES.filter((severity) => severity !== 'unknown');
// ECR: ImageScanFinding.severity; Inspector adds UNTRIAGED; Trivy and Grype their own words for the lowest level.
const WORDS = {
    critical: 'critical',
    high: 'high',
    medium: 'medium',
    moderate: 'medium',
    low: 'low',
    informational: 'informational',
    negligible: 'informational',
    none: 'informational',
};
/** The severity that a scanner's word stands for; `unknown` for UNTRIAGED, UNDEFINED, and every word not known here. */
function normaliseSeverity(given) {
    return WORDS[given?.trim().toLowerCase() ?? ''] ?? 'unknown';
}
/** The qualitative rating of a base score (first.org, CVSS v3.1 section 5; v2 as NVD rates it, which has no critical). */
function severityOfScore(score, version) {
    if (score >= 9 && !version?.startsWith('2'))
        return 'critical';
    if (score >= 7)
        return 'high';
    if (score >= 4)
        return 'medium';
    return score > 0 ? 'low' : 'informational';
}
/** Tells whether a severity is this bad or worse. */
function isAtLeast(severity, threshold) {
    return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}
/** The worse of two; a known one is preferred to `unknown`. */
function worse(one, other) {
    return SEVERITIES.indexOf(one) <= SEVERITIES.indexOf(other) ? one : other;
}
function countBySeverity(findings) {
    const counts = { critical: 0, high: 0, medium: 0, low: 0, informational: 0, unknown: 0, total: 0 };
    for (const { severity } of findings) {
        counts[severity] += 1;
        counts.total += 1;
    }
    return counts;
}

;// CONCATENATED MODULE: ./packages/findings/lib/policy-schema.js

const severity = { enum: [...KNOWN_SEVERITIES] };
const block = {
    type: 'object',
    description: 'A finding that meets any of these blocks.',
    additionalProperties: false,
    minProperties: 1,
    properties: {
        severity: { ...severity, description: 'This severity and above.' },
        cvss: { type: 'number', minimum: 0, maximum: 10, description: 'This CVSS base score and above.' },
        epss: { type: 'number', minimum: 0, maximum: 1, description: 'This probability of exploitation and above.' },
        'known-exploited': { const: true, description: "In CISA's catalog of known exploited vulnerabilities." },
        'exploit-available': { const: true, description: 'An exploit is known.' },
    },
};
const bySeverity = (description, minimum) => ({
    type: 'object',
    description,
    additionalProperties: false,
    properties: Object.fromEntries(SEVERITIES.map((name) => [name, { type: 'integer', minimum }])),
});
const base = {
    block,
    'only-fixed': {
        type: 'boolean',
        description: 'Block only where a fix exists. What the scanner cannot know counts as fixable.',
    },
    'unknown-severity': {
        enum: ['block', 'ignore', ...KNOWN_SEVERITIES],
        description: 'What becomes of a finding that has neither a severity nor a CVSS score.',
    },
    'grace-days': bySeverity('Days from the first sighting in which a finding does not block yet.', 0),
};
const rules = {
    ...base,
    max: bySeverity('How many findings that would block are tolerated.', 0),
    'base-image': {
        type: 'object',
        description: "Other rules for findings in the base image's layers. What is absent is as for the rest.",
        additionalProperties: false,
        minProperties: 1,
        properties: base,
    },
    ignore: {
        type: 'array',
        description: 'Findings that do not block, each with a reason and an end.',
        items: {
            type: 'object',
            required: ['id', 'reason', 'expires'],
            additionalProperties: false,
            properties: {
                id: { type: 'string', minLength: 1, description: 'Exact id or alias.' },
                package: { type: 'string', minLength: 1, description: 'Only in the package of this name.' },
                purl: {
                    type: 'string',
                    pattern: '^pkg:[^/]+/.+',
                    description: 'a package URL; a version or qualifiers that it leaves out may be anything',
                },
                path: { type: 'string', minLength: 1, description: 'Only in this file; * stands for any characters.' },
                platform: { type: 'string', minLength: 1, description: 'Only on this platform: linux/arm64.' },
                reason: { type: 'string', minLength: 1, description: 'Why this is acceptable; it is shown in every report.' },
                expires: {
                    type: 'string',
                    pattern: '^(?:never|\\d{4}-\\d{2}-\\d{2})$',
                    description: 'a date (2026-12-31, the last day on which it holds, in UTC) or never',
                },
            },
        },
    },
};
/** The policy file. Editors find it by `# yaml-language-server: $schema=…`. */
const POLICY_SCHEMA = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Image policy',
    description: 'Which findings stop an image. Read by gate-on-findings.',
    type: 'object',
    required: ['version'],
    additionalProperties: false,
    properties: {
        version: { const: 1 },
        ...rules,
        repositories: {
            type: 'object',
            description: 'Other rules for some repositories: name, or pattern in which * stands for any characters. The first match wins; each key that it has replaces the same key above, and its ignore rules are added.',
            additionalProperties: { type: 'object', additionalProperties: false, minProperties: 1, properties: rules },
        },
    },
};

// EXTERNAL MODULE: ./packages/findings/lib/schema-check.js + 1 modules
var schema_check = __webpack_require__(4093);
// EXTERNAL MODULE: ./packages/findings/lib/shape.js
var shape = __webpack_require__(2941);
;// CONCATENATED MODULE: ./packages/findings/lib/policy-file.js





/**
 * Reads a policy file.
 * @param name how the file is called in messages
 * @throws one error that lists everything that is wrong in it, with lines
 */
function parsePolicy(text, name) {
    const lines = new dist/* LineCounter */.HN();
    const document = (0,dist/* parseDocument */.Tp)(text, { lineCounter: lines, version: '1.2' });
    const [broken] = document.errors;
    if (broken !== undefined)
        throw wrong(name, [broken.message.split('\n')[0]?.replace(/:$/, '') ?? 'it is not YAML']);
    const value = document.toJS();
    const lineOf = (keys) => {
        const node = document.getIn(keys, true);
        return lines.linePos(node?.range?.[0] ?? 0).line;
    };
    const problems = (0,schema_check/* schemaProblems */.I)(POLICY_SCHEMA, value);
    if (problems.length > 0)
        throw wrong(name, problems.map((problem) => sentence(problem, lineOf)));
    const { version, repositories = {}, ...rules } = value;
    const impossible = impossibleDates(rules, repositories);
    if (impossible.length > 0)
        throw wrong(name, impossible);
    // The order is that of the file: an object would put names of digits first.
    const node = document.get('repositories');
    const patterns = (0,dist/* isMap */.jh)(node) ? node.items.map(({ key }) => String((0,dist/* isScalar */.jn)(key) ? key.value : key)) : [];
    return { rules, repositories: patterns.map((pattern) => ({ pattern, rules: repositories[pattern] ?? {} })) };
}
function sentence({ path, keys, expected, seen }, lineOf) {
    const where = path === '' ? 'the file' : path;
    const line = lineOf(seen === undefined ? keys.slice(0, -1) : keys);
    return `line ${line}: ${where} should be ${expected}; it is ${(0,shape/* describeValue */.bp)(seen)}`;
}
function impossibleDates(rules, repositories) {
    return [
        { where: '', rules },
        ...Object.entries(repositories).map(([name, own]) => ({ where: `repositories.${name}.`, rules: own })),
    ].flatMap(({ where, rules: { ignore = [] } }) => ignore.flatMap(({ expires }, index) => isDate(expires) ? [] : [`${where}ignore[${index}].expires is "${expires}", which is no day of the calendar`]));
}
function isDate(expires) {
    if (expires === 'never')
        return true;
    const date = new Date(`${expires}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(expires);
}
function wrong(name, problems) {
    return new errors/* PipelineError */.z({
        code: 'invalid-input',
        attempted: `The policy ${name} cannot be used`,
        answer: problems.join('\n'),
        fix: 'Its keys are described in schemas/policy.schema.json.',
    });
}

// EXTERNAL MODULE: ./packages/core/lib/digest.js
var digest = __webpack_require__(8857);
;// CONCATENATED MODULE: ./packages/findings/lib/pattern.js
/** Tells whether text is what a pattern says: `*` stands for any characters, as in ECR's own filters; all else for itself. */
function matchesPattern(pattern, text) {
    const [first = '', ...rest] = pattern.split('*');
    const last = rest.pop();
    if (last === undefined)
        return text === pattern;
    if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
        return false;
    // Each part is taken where it first fits: that leaves the most for those behind it, and needs no way back.
    let position = first.length;
    for (const part of rest) {
        const found = text.indexOf(part, position);
        if (found === -1)
            return false;
        position = found + part.length;
    }
    return position <= text.length - last.length;
}

;// CONCATENATED MODULE: ./packages/findings/lib/policy.js


const DEFAULTS = {
    block: { severity: 'high' },
    max: {},
    'only-fixed': false,
    'unknown-severity': 'block',
    'grace-days': {},
    ignore: [],
};
/** The rules for one repository: the first override that matches, above the policy's own, above the defaults. */
function effectivePolicy(policy, repository) {
    const override = policy.repositories.find(({ pattern }) => repository !== undefined && matchesPattern(pattern, repository))?.rules;
    const { 'base-image': baseImage, ...rules } = { ...DEFAULTS, ...policy.rules, ...override };
    const { block, 'only-fixed': onlyFixed, 'unknown-severity': unknownSeverity, 'grace-days': graceDays } = rules;
    const own = {
        block,
        'only-fixed': onlyFixed,
        'unknown-severity': unknownSeverity,
        'grace-days': graceDays,
    };
    return {
        ...rules,
        ignore: [...(policy.rules.ignore ?? []), ...(override?.ignore ?? [])],
        ...(baseImage === undefined ? {} : { 'base-image': { ...own, ...baseImage } }),
    };
}
/** The digest by which a verdict names its policy: sha256 of the effective rules as JSON with sorted keys. */
function policyDigest(policy) {
    return (0,digest/* digestOf */.ol)(canonicalJson(policy));
}
/** JSON with sorted keys and no spaces: the same value always gives the same bytes. */
function canonicalJson(value) {
    return JSON.stringify(value, (_key, item) => {
        if (typeof item !== 'object' || item === null || Array.isArray(item))
            return item;
        return Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)));
    });
}

;// CONCATENATED MODULE: ./actions/promote-by-digest/lib/policy.js


/** The digest by which a verdict names a policy, as it holds for a repository. */
async function readPolicyDigests(path) {
    const policy = parsePolicy(await (0,promises_.readFile)(path, 'utf8'), path);
    return (repository) => policyDigest(effectivePolicy(policy, repository));
}


/***/ }),

/***/ 4093:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  I: () => (/* binding */ schemaProblems)
});

// EXTERNAL MODULE: ./node_modules/ajv/dist/ajv.js
var ajv = __webpack_require__(2463);
;// CONCATENATED MODULE: ./packages/findings/lib/nearest.js
/** The known word that a typing error most likely meant; undefined when none is close. */
function nearest(word, known) {
    const [best] = known
        .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate) }))
        .sort((one, other) => one.distance - other.distance);
    return best !== undefined && best.distance <= Math.max(2, word.length / 2) ? best.candidate : undefined;
}
// Levenshtein: the least number of letters to put in, take out or change.
function distance(one, other) {
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (let i = 1; i <= one.length; i += 1) {
        const next = [i];
        for (let j = 1; j <= other.length; j += 1) {
            const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
            next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row.at(-1) ?? 0;
}

;// CONCATENATED MODULE: ./packages/findings/lib/schema-check.js


const compiled = new WeakMap();
/** Everything in which a value differs from a JSON Schema (draft 7), in the order of the document. */
function schemaProblems(schema, value) {
    const validate = compiled.get(schema) ?? new ajv.Ajv({ allErrors: true, strict: true, verbose: true }).compile(schema);
    compiled.set(schema, validate);
    if (validate(value))
        return [];
    return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(problemOf);
}
function problemOf(error) {
    const keys = error.instancePath
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const named = error.params;
    const own = named.additionalProperty ?? named.missingProperty;
    const all = own === undefined ? keys : [...keys, own];
    const path = all
        .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
        .join('')
        .replace(/^\./, '');
    return {
        path,
        keys: all.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
        expected: expectedBy(error),
        seen: own === undefined ? error.data : error.data[own],
    };
}
function expectedBy({ keyword, params, message = 'other', parentSchema }) {
    if (keyword === 'additionalProperties') {
        const known = Object.keys(parentSchema?.properties ?? {});
        const close = nearest(String(params.additionalProperty), known);
        return `absent: there is no such key${close === undefined ? '' : `, did you mean "${close}"?`} (known: ${known.join(', ')})`;
    }
    if (keyword === 'enum')
        return `one of ${params.allowedValues.join(', ')}`;
    if (keyword === 'const')
        return JSON.stringify(params.allowedValue);
    if (keyword === 'required')
        return 'there';
    if (keyword === 'type')
        return `of type ${String(params.type)}`;
    if (keyword === 'pattern' && typeof parentSchema?.description === 'string')
        return parentSchema.description;
    if (keyword === 'minLength')
        return 'text that is not empty';
    return message.replace(/^must (?:be|have|NOT have)\s*/, (start) => (start.includes('NOT') ? 'without ' : ''));
}


/***/ })

};
