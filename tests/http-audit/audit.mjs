// Runs the GraphQL over HTTP audits of graphql-http against RELATA_URL, the address of
// a GraphQL endpoint. An audit that only warns counts as failed: a SHOULD or MAY of the
// specification is a promise here.
import { serverAudits } from 'graphql-http';

const TIMEOUT_MS = 10_000;

const url = process.env.RELATA_URL;
if (!url) {
  console.error('audit: set RELATA_URL to the address of a GraphQL endpoint');
  process.exit(2);
}

const fetchFn = (input, init) =>
  fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

// An audit throws where it got no answer at all.
async function run({ id, name, fn }) {
  try {
    return await fn();
  } catch (error) {
    return { id, name, status: 'error', reason: String(error.cause ?? error) };
  }
}

async function describe({ reason, response }) {
  if (!response) {
    return reason;
  }
  const body = response.bodyUsed ? '(already read)' : await response.text();
  return `${reason}; got ${response.status} ${response.headers.get('content-type')} ${body}`;
}

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await run(audit);
  if (result.status === 'ok') {
    passed += 1;
    console.log(`ok    ${result.id} ${result.name}`);
  } else {
    failed += 1;
    console.log(`FAIL  ${result.id} ${result.name}: ${await describe(result)}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
// The suite has this many: fewer would be a suite that did not run.
process.exitCode = failed === 0 && passed === 61 ? 0 : 1;
