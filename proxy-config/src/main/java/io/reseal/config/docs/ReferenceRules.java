package io.reseal.config.docs;

/** The part of the reference page that keys alone do not tell. */
final class ReferenceRules {
  static final String TEXT = """
      # Configuration

      This page is generated from the schema that the reader uses; `docs/reseal.schema.json` is the
      same for editors. Complete examples: [reseal.yaml](examples/reseal.yaml) and
      [minimal.yaml](examples/minimal.yaml).

      To have an editor check and complete a file, begin it with

      ```yaml
      # yaml-language-server: $schema=reseal.schema.json
      ```

      ## Rules

      **One file, read as a whole.** A configuration is one YAML document in UTF-8. Every mistake is
      reported at once, each with file, line, column, key path, what was found, what was expected
      and what to do. A configuration with a mistake is refused as a whole: at the start nothing starts,
      at a change the last good one serves on. Unknown keys, keys given twice and keys without a
      value are mistakes. Warnings refuse nothing.

      **Which route serves a request.** The order of routes in the file does not matter.

      1. The host decides first: an exact host beats a wildcard, a wildcard beats `"*"`. A wildcard
         stands for exactly one label: `*.shop.example` covers `a.shop.example`, but neither
         `shop.example` nor `a.b.shop.example`.
      2. Under that host the path decides: `exact` before `prefix`, and the longest prefix wins.
         A prefix ends where a path element ends: `/a` covers `/a`, `/a/` and `/a/b`, never `/ab`.
      3. An unknown host, or a path that no route of the host covers, is answered with 404. The
         search never goes back to a less specific host.

      Two routes for the same place on one listener are a mistake, and so is a host that is passed
      through and terminated on one listener. Paths are compared after normalisation: unreserved
      characters unescaped, other escapes in upper case, dot segments and parameters (`;x`) removed.

      **Which identity a client is shown.** The one whose server names cover the server name (SNI)
      that the client asks for: exact names first, then wildcards. A client without a server name,
      or with one that nothing covers, gets the listener's `defaultIdentity`, or where there is none
      the TLS alert `unrecognized_name`.

      **Which name an upstream must prove.** With `reencrypt` the server name sent (SNI), and the
      name that the upstream's certificate must carry, is the DNS name of the endpoint. For an
      endpoint that is an IP address no server name is sent, and the certificate must carry that
      address as an IP SAN. `serverName` fixes another name. The host of the request is used only
      when asked for by `serverNameFrom: request`. `acceptedNames` replaces the names accepted, not
      the name sent.

      **Whom an upstream's certificate is checked by.** `destinationCA` and nobody else where it is
      given, else the trust store of the Java runtime. A configured CA that cannot be loaded
      (missing, empty, broken, without a certificate) refuses the configuration; it never comes to
      mean "unverified" or "the system's". Only `skipVerification: true` turns verification off.

      **Certificates of clients.** An identity with `clientAuth` asks its clients for a certificate.
      One that is shown must lead to a CA of `ca`, be in force and be for clients (extended key usage
      `clientAuth`, where it has one); else the handshake is refused, in mode `optional` too. Over TLS
      1.3 a client learns of it only after its own end of the handshake; nothing of its request is
      read. What was proven holds for the hosts of that identity: a request for a host that asks for
      something else, or for nothing, is answered with 421, and no TLS session is resumed across. A
      resumed session is verified again. A cleartext listener cannot ask; name the `listeners` of
      routes whose clients must be known.

      **Revocation.** Where there is a `crl`, every certificate of a chain below the trusted CA needs
      a list that its issuer signed, that is in force and that speaks of it; without one it is
      refused (`crl_missing`, `crl_expired`, `crl_not_yet_valid`, `crl_unusable`). So a chain with an
      intermediate needs two lists. The trusted certificates themselves are not looked up: to revoke
      one, take it out of the file. Delta and indirect lists are not read. Lists are read with the
      configuration, and believed until their next update.

      **Which certificate an upstream is shown.** The `clientIdentity`, if the upstream asks and takes
      its kind of key, whatever CAs it names.

      **Files.** Paths are relative to the folder of the YAML file. Wherever a PEM file is named,
      the PEM itself may stand instead, as a block:

      ```yaml
      destinationCA: |
        -----BEGIN CERTIFICATE-----
        ...
        -----END CERTIFICATE-----
      ```

      PEM may have text around its blocks, any line ends and a byte order mark. Chains are sent in
      order, leaf first, whatever the file's order. Keys may be PKCS#8, PKCS#1 or SEC1, encrypted or
      not; RSA, EC or Ed25519.

      **Units.** Sizes are a number of bytes, or a number with `KiB`, `MiB`, `GiB` or `TiB` (powers
      of 1024). Times are a whole number with `ms`, `s`, `m` or `h`. No limit and no timeout can be
      switched off; 0 is refused.

      **Lists.** Where a list of texts is expected, one text may stand for a list of one.
      """;

  private ReferenceRules() {}
}
