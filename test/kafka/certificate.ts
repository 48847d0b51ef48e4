import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";

/** A certificate with its key, as PEM. */
export interface Certificate {
  cert: string;
  key: string;
  name: string;
}

interface CertificateOptions {
  /** Who signs it; default itself, as an authority. */
  issuer?: Certificate;
  /** Days from now of its first and its last moment; default -1 and 30. */
  days?: [from: number, to: number];
}

/** One value of ASN.1 in its distinguished encoding (X.690). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(4, "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x82]), length, body]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const octets = (...parts: Buffer[]): Buffer => der(0x04, ...parts);
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.from([0]), bytes);

const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"));
const COMMON_NAME = "550403";
const BASIC_CONSTRAINTS = "551d13";
const ALTERNATIVE_NAMES = "551d11";

const nameOf = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(name)))));

/** GeneralizedTime has four digits of the year, whatever the year. */
function timeIn(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\..*/g, "");
  return der(0x18, Buffer.from(`${text}Z`));
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

/** Makes a certificate (RFC 5280) for 127.0.0.1 and localhost. */
export function makeCertificate(name: string, options: CertificateOptions = {}): Certificate {
  const { issuer, days = [-1, 30] } = options;
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const extension = (id: string, value: Buffer) => sequence(oid(id), octets(value));
  const authority = issuer ? sequence() : sequence(der(0x01, Buffer.from([0xff])));
  const names = sequence(
    der(0x82, Buffer.from("localhost")),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    sequence(...days.map(timeIn)),
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(extension(BASIC_CONSTRAINTS, authority), extension(ALTERNATIVE_NAMES, names)),
    ),
  );
  return {
    name,
    cert: pem(sequence(content, ECDSA_SHA256, bits(sign("sha256", content, signer)))),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
