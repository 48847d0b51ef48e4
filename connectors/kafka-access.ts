import { X509Certificate } from "node:crypto";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";

/** How the connection is encrypted; the texts are PEM. */
export interface TlsSettings {
  /** Authorities to trust instead of the system's. */
  ca: string | null;
  /** Our own certificate and its key, where the broker asks for one. */
  cert: string | null;
  key: string | null;
}

/** How we sign in. */
export type SaslSettings =
  | { mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string }
  | { mechanism: "oauthbearer"; token: () => Promise<string> };

const hostOf = (broker: string): { host: string; port: number } => {
  const colon = broker.lastIndexOf(":");
  return {
    host: broker.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(broker.slice(colon + 1)),
  };
};

function nameOf(certificate: DetailedPeerCertificate): string {
  const pick = (part: string | string[] | undefined) => (Array.isArray(part) ? part[0] : part);
  const subject = pick(certificate.subject?.CN) ?? "unnamed";
  const issuer = pick(certificate.issuer?.CN) ?? "unnamed";
  return `"${subject}" issued by "${issuer}", valid ${certificate.valid_from} to ${certificate.valid_to}`;
}

const EXPECTED: Record<string, string> = {
  CERT_HAS_EXPIRED: "a certificate that has not expired",
  CERT_NOT_YET_VALID: "a certificate that is valid already",
  ERR_TLS_CERT_ALTNAME_INVALID: "a certificate for this host name",
};

/**
 * Opens and closes one encrypted connection, to say what is wrong with which certificate.
 *
 * @throws one line that names the broker and its certificate.
 */
export async function checkCertificate(broker: string, tls: TlsSettings): Promise<void> {
  const { host, port } = hostOf(broker);
  const options = {
    host,
    port,
    servername: /^[\d.]+$|:/.test(host) ? "" : host,
    // Checked below, once the certificate is at hand to be named.
    rejectUnauthorized: false,
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
  };
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened = connect(options, () => resolve(opened));
    opened.once("error", reject);
    opened.setTimeout(10_000, () => opened.destroy(new Error("no answer in 10 s")));
  }).catch((error: Error) => {
    throw new Error(
      `cannot open an encrypted connection to ${broker}: ${error.message}; expected a TLS listener`,
      {
        cause: error,
      },
    );
  });
  const fault = socket.authorizationError as (Error & { code?: string }) | string | null;
  const code = typeof fault === "string" ? fault : (fault?.code ?? "");
  const certificate = socket.getPeerCertificate(true);
  socket.destroy();
  if (!fault) return;
  throw new Error(
    `certificate of ${broker}: ${nameOf(certificate)}: ${code || String(fault)}; expected ${EXPECTED[code] ?? "one issued by the authority in tls.ca or by one the system trusts"}`,
  );
}

function ownCertificate(tls: TlsSettings | null): string | null {
  if (!tls?.cert) return null;
  const own = new X509Certificate(tls.cert);
  return `${own.subject.replaceAll("\n", ", ")}, valid to ${own.validTo}`;
}

function* causes(error: unknown): Generator<Error & { code?: string }> {
  for (let inner = error; inner instanceof Error; inner = inner.cause) yield inner;
}

/** What kept us from the brokers, in one line that holds no secret. */
export function describeAccess(
  error: unknown,
  access: { brokers: readonly string[]; tls: TlsSettings | null; sasl: SaslSettings | null },
): Error {
  const chain = [...causes(error)];
  const where = access.brokers.join(", ");
  const last = chain.at(-1)!;
  if (chain.some(({ name }) => name === "KafkaJSSASLAuthenticationError") && access.sasl) {
    const who =
      access.sasl.mechanism === "oauthbearer" ? "its token" : `user ${access.sasl.username}`;
    return new Error(
      `cannot sign in to ${where} by ${access.sasl.mechanism} with ${who}: refused by the broker; expected credentials and a mechanism that it knows`,
      { cause: error },
    );
  }
  const own = ownCertificate(access.tls);
  if (
    chain.some(({ message }) => /alert|closed|disconnected|ECONNRESET/i.test(message)) &&
    access.tls
  ) {
    return new Error(
      `the broker ${where} ended the encrypted connection: ${own ? `our certificate is ${own}` : "we have no certificate"}; expected ${own ? "one that it trusts" : "tls.cert and tls.key if it asks for one"}`,
      { cause: error },
    );
  }
  return new Error(
    `cannot use Kafka at ${where}: ${last.message}; expected a broker that answers`,
    {
      cause: error,
    },
  );
}
