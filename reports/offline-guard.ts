/**
 * Loaded with `--import` into the process that runs Framework. A build must not need any network:
 * the first call off the machine ends the process with an error that names the address.
 */
const onThisMachine = new Set(["127.0.0.1", "localhost", "[::1]"]);
const machineFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const address = new URL(input instanceof Request ? input.url : input);
  if (/^https?:$/.test(address.protocol) && !onThisMachine.has(address.hostname)) {
    // Framework catches errors of some of its calls, so an exception alone could pass unnoticed.
    process.stderr.write(
      `offline-guard: call off the machine: ${address.href}; expected a build without network\n`,
    );
    process.exit(1);
  }
  return machineFetch(input, init);
};
