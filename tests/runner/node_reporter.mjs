// A reporter of node's test runner that writes the results as GoogleTest's JSON, which tests/runner/results.py reads.
// Suites are no cases, nor is a test that failed only because one of its subtests did.

export default async function* report(source) {
  const cases = [];
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const failed = type === 'test:fail';
    const reason = data.details?.error?.failureType;
    if (data.details?.type === 'suite' && (!failed || reason === 'subtestsFailed')) continue;
    if (failed && reason === 'subtestsFailed') continue;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    cases.push({
      name: data.name,
      status: 'RUN',
      result: skipped ? 'SKIPPED' : 'COMPLETED',
      ...(failed && { failures: [{ failure: String(data.details?.error ?? 'failed') }] }),
    });
  }
  yield JSON.stringify({ testsuites: [{ name: '', testsuite: cases }] }, null, 1);
}
