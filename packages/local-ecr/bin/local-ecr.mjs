#!/usr/bin/env node
// The committed bundle: it needs nothing but Node.
import '../../../dist/local-ecr/index.js';
