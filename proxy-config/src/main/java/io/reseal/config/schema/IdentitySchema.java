package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.CRL_RULES;
import static io.reseal.config.schema.Keys.TEXTS;
import static io.reseal.config.schema.Keys.optional;
import static io.reseal.config.schema.Keys.required;

import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Group;
import io.reseal.config.schema.FieldType.ListOf;
import java.util.List;

/** Keys of {@code identities}, and of key pairs wherever they stand. */
final class IdentitySchema {
  static final ObjectType KEY_PAIR = new ObjectType(
      "key pair",
      "A certificate chain and its private key.",
      List.of(
          required(
              "certificate",
              FieldType.TEXT,
              "The chain as PEM, leaf first: a file path, or the PEM itself."),
          optional(
              "key",
              FieldType.TEXT,
              "in the certificate file",
              "The private key as PEM (PKCS#8, PKCS#1 or SEC1, encrypted or not): a file path,"
                  + " or the PEM itself."),
          optional("keyPassword", FieldType.TEXT, "none", "The password of an encrypted key."),
          optional(
              "keyPasswordFile",
              FieldType.TEXT,
              "none",
              "A file whose first line is the password.")),
      List.of(KeyRule.atMostOne("keyPassword", "keyPasswordFile")));

  static final ObjectType CLIENT_AUTH = new ObjectType(
      "client auth",
      "Certificates of clients (mutual TLS). It holds for all server names of the identity, and a"
          + " connection made for another identity cannot reach their hosts (421).",
      List.of(
          optional(
              "mode",
              new Choice(List.of("required", "optional")),
              "required",
              "What becomes of a client without a certificate: it is refused, or served. A"
                  + " certificate that is not good is refused in both."),
          required(
              "ca",
              FieldType.TEXT,
              "The CAs that may have signed a client's certificate, as PEM: a file path, or the"
                  + " PEM itself. Their names are told to clients."),
          optional(
              "crl",
              TEXTS,
              "none: revocation is not checked",
              "Certificate revocation lists as PEM, each a file path or the PEM itself."
                  + CRL_RULES),
          optional(
              "forward",
              new ListOf(
                  new Choice(List.of("x-ssl-client", "client-cert", "client-cert-chain")), 0),
              "[]",
              "What upstreams are told of a verified certificate. `x-ssl-client`:"
                  + " `X-SSL-Client-Verify` (`SUCCESS` or `NONE`), and where there is a"
                  + " certificate `X-SSL-Client-DN`, `X-SSL-Client-Issuer-DN`,"
                  + " `X-SSL-Client-Serial` and `X-SSL-Client-Fingerprint` (SHA-256)."
                  + " `client-cert` and `client-cert-chain`: the fields of RFC 9440. What clients"
                  + " send in any of these is always dropped.")));

  static final ObjectType IDENTITY = new ObjectType(
      "identity",
      "What Reseal shows to clients for a set of server names.",
      List.of(
          optional(
              "certificate", FieldType.TEXT, "", KEY_PAIR.field("certificate").about()),
          optional(
              "key",
              FieldType.TEXT,
              "in the certificate file",
              KEY_PAIR.field("key").about()),
          optional(
              "keyPassword",
              FieldType.TEXT,
              "none",
              KEY_PAIR.field("keyPassword").about()),
          optional(
              "keyPasswordFile",
              FieldType.TEXT,
              "none",
              KEY_PAIR.field("keyPasswordFile").about()),
          optional(
              "keyPairs",
              new ListOf(new Group(KEY_PAIR), 1),
              "",
              "Instead of the keys above: two key pairs for the same names, one RSA and one"
                  + " ECDSA. Clients that can get ECDSA."),
          optional(
              "serverNames",
              TEXTS,
              "the certificate's DNS names, else its common name",
              "The server names this identity is for, exact or `*.` and a name; the asterisk"
                  + " stands for one label."),
          optional(
              "clientAuth",
              new Group(CLIENT_AUTH),
              "clients are not asked",
              "Certificates that clients must show.")),
      List.of(
          KeyRule.exactlyOne("certificate", "keyPairs"),
          KeyRule.atMostOne("key", "keyPairs"),
          KeyRule.atMostOne("keyPassword", "keyPasswordFile", "keyPairs")));

  private IdentitySchema() {}
}
