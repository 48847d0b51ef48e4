import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { SaslSettings, TlsSettings } from "../../connectors/kafka-access.ts";
import { kafkaFeed } from "../../connectors/kafka.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { describeKafka, useCluster } from "./cluster.ts";
import { MemorySink } from "./sink.ts";

const PASSWORD = "right-4711";
const WRONG = "wrong-0815";

/** An unsecured token (RFC 7515, alg none), as Kafka's own validator for development takes it. */
function token(subject: string, secondsLeft: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, iat: now - 60, exp: now + secondsLeft };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.`;
}

describeKafka("access to a broker", () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-certificates-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const authority = makeCertificate("Vigie test authority");
  const stranger = makeCertificate("Another authority");
  const expired = makeCertificate("expired broker", { issuer: authority, days: [-20, -2] });
  const own = makeCertificate("vigie client", { issuer: authority });

  /** A key store or trust store of the broker, as lines of its properties. */
  const store = (listener: string, kind: "keystore" | "truststore", text: string) => {
    const path = join(folder, `${listener}-${kind}.pem`);
    writeFileSync(path, text);
    const prefix = `listener.name.${listener}.ssl.${kind}`;
    return { [`${prefix}.type`]: "PEM", [`${prefix}.location`]: path };
  };
  const identity = ({ key, cert }: Certificate) => key + cert;
  const server = makeCertificate("broker", { issuer: authority });
  const jaas = (listener: string, mechanism: string, module: string) => ({
    [`listener.name.${listener}.${mechanism}.sasl.jaas.config`]: `org.apache.kafka.common.security.${module};`,
  });
  const cluster = useCluster({
    listeners: {
      TLS: "SSL",
      MUTUAL: "SSL",
      EXPIRED: "SSL",
      SIGNED: "SASL_PLAINTEXT",
      BOTH: "SASL_SSL",
    },
    scram: [
      `SCRAM-SHA-256=[name=vigie,password=${PASSWORD}]`,
      `SCRAM-SHA-512=[name=vigie,password=${PASSWORD}]`,
    ],
    properties: {
      ...store("tls", "keystore", identity(server)),
      ...store("mutual", "keystore", identity(server)),
      ...store("mutual", "truststore", authority.cert),
      "listener.name.mutual.ssl.client.auth": "required",
      ...store("expired", "keystore", identity(expired)),
      ...store("both", "keystore", identity(server)),
      "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
      ...Object.assign(
        {},
        ...["signed", "both"].flatMap((listener) => [
          jaas(listener, "plain", `plain.PlainLoginModule required user_vigie="${PASSWORD}"`),
          jaas(listener, "scram-sha-256", "scram.ScramLoginModule required"),
          jaas(listener, "scram-sha-512", "scram.ScramLoginModule required"),
          jaas(
            listener,
            "oauthbearer",
            'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"',
          ),
        ]),
      ),
    },
  });

  interface Access {
    listener: string;
    tls?: Partial<TlsSettings>;
    sasl?: SaslSettings;
  }

  const feedOf = ({ listener, tls, sasl }: Access) =>
    kafkaFeed({
      brokers: [cluster.broker.addresses[listener]!],
      topics: ["guarded"],
      group: `group-${listener}-${sasl?.mechanism ?? "none"}`,
      tls: tls ? { ca: null, cert: null, key: null, ...tls } : null,
      sasl: sasl ?? null,
      sessionTimeoutMs: 6000,
    });

  /** Reads the one message that the topic has; throws what keeps the feed from it. */
  async function read(access: Access): Promise<string[]> {
    if (!(await cluster.admin.listTopics()).includes("guarded")) {
      await cluster.create("guarded");
      await cluster.send("guarded", [{ value: "seen" }]);
    }
    const sink = new MemorySink();
    const feed = feedOf(access);
    const reading = feed.read(sink);
    try {
      await Promise.race([sink.until(() => sink.taken.length > 0), reading]);
    } finally {
      await feed.close();
      await reading.catch(() => undefined);
    }
    return sink.taken.map(({ value }) => String(value));
  }

  const ca = authority.cert;
  const signIn = (mechanism: "plain" | "scram-sha-256" | "scram-sha-512", password = PASSWORD) => ({
    mechanism,
    username: "vigie",
    password,
  });
  const bearer = (secondsLeft: number): SaslSettings => ({
    mechanism: "oauthbearer",
    token: async () => token("vigie", secondsLeft),
  });

  const OPEN: [string, () => Access][] = [
    ["TLS with an authority of one's own", () => ({ listener: "TLS", tls: { ca } })],
    [
      "TLS with a certificate on both sides",
      () => ({ listener: "MUTUAL", tls: { ca, cert: own.cert, key: own.key } }),
    ],
    ["SASL PLAIN", () => ({ listener: "SIGNED", sasl: signIn("plain") })],
    ["SCRAM-SHA-256", () => ({ listener: "SIGNED", sasl: signIn("scram-sha-256") })],
    [
      "SCRAM-SHA-512 over TLS",
      () => ({ listener: "BOTH", tls: { ca }, sasl: signIn("scram-sha-512") }),
    ],
    ["OAUTHBEARER", () => ({ listener: "SIGNED", sasl: bearer(3600) })],
  ];
  describe("is granted", () => {
    test.each(OPEN)("by %s", async (_name, access) => {
      expect(await read(access())).toEqual(["seen"]);
    });
  });

  const REFUSED: [string, () => Access, string | RegExp][] = [
    [
      "an unknown authority",
      () => ({ listener: "TLS", tls: { ca: stranger.cert } }),
      /^certificate of 127\.0\.0\.1:\d+: "broker" issued by "Vigie test authority", valid .*: UNABLE_TO_VERIFY_LEAF_SIGNATURE; expected one issued by the authority in tls\.ca or by one the system trusts$/,
    ],
    [
      "an expired certificate",
      () => ({ listener: "EXPIRED", tls: { ca } }),
      /^certificate of 127\.0\.0\.1:\d+: "expired broker" issued by "Vigie test authority", valid .*: CERT_HAS_EXPIRED; expected a certificate that has not expired$/,
    ],
    [
      "no certificate where one is asked for",
      () => ({ listener: "MUTUAL", tls: { ca } }),
      /^the broker 127\.0\.0\.1:\d+ ended the encrypted connection: we have no certificate; expected tls\.cert and tls\.key if it asks for one$/,
    ],
    [
      "a certificate of another authority",
      () => ({ listener: "MUTUAL", tls: { ca, cert: stranger.cert, key: stranger.key } }),
      /^the broker 127\.0\.0\.1:\d+ ended the encrypted connection: our certificate is CN=Another authority, valid to .*; expected one that it trusts$/,
    ],
    ...(["plain", "scram-sha-256", "scram-sha-512"] as const).map(
      (mechanism): [string, () => Access, RegExp] => [
        `a wrong password by ${mechanism}`,
        () => ({ listener: "SIGNED", sasl: signIn(mechanism, WRONG) }),
        new RegExp(
          `^cannot sign in to 127\\.0\\.0\\.1:\\d+ by ${mechanism} with user vigie: refused by the broker; expected credentials and a mechanism that it knows$`,
        ),
      ],
    ),
    [
      "a token that has expired",
      () => ({ listener: "SIGNED", sasl: bearer(-30) }),
      /^cannot sign in to 127\.0\.0\.1:\d+ by oauthbearer with its token: refused by the broker; expected credentials and a mechanism that it knows$/,
    ],
  ];
  describe("is refused in one line that holds no secret", () => {
    test.each(REFUSED)("for %s", async (_name, access, line) => {
      const error = await read(access()).then(
        () => new Error("was let in"),
        (refused: Error) => refused,
      );
      expect(error.message).toMatch(line);
      expect(error.message).not.toContain(WRONG);
      expect(error.message).not.toMatch(/PRIVATE KEY|eyJ/);
    });
  });
});
