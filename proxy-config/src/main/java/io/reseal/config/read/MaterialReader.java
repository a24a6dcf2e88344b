package io.reseal.config.read;

import io.reseal.config.ClientAuth;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Location;
import io.reseal.config.RevocationList;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import io.reseal.config.pem.CertificateNames;
import io.reseal.config.pem.PemText;
import io.reseal.config.pem.PrivateKeys;
import io.reseal.config.schema.ConfigSchema;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The reader of certificates, keys and CA bundles that a configuration names. */
final class MaterialReader {
  private final Findings findings;
  private final PemReader pem;
  private final ReadingMemory memory;
  private final Path base;

  /** Many upstreams name the same file, which is read, and warned of, once. */
  private final Map<PemText, TrustAnchors.DestinationCa> bundles = new IdentityHashMap<>();

  MaterialReader(Findings findings, ReadingMemory memory, Path base) {
    this.memory = memory;
    this.findings = findings;
    this.pem = new PemReader(findings, base);
    this.base = base;
  }

  /** An identity, empty where a part of it cannot be used. */
  Optional<ServerIdentity> identity(String name, Section section) {
    findings.define("identity", name, section.location());
    List<KeyPairMaterial> pairs = new ArrayList<>();
    for (Section pair : section.sections("keyPairs", ConfigSchema.KEY_PAIR)) {
      keyPair(pair).ifPresent(pairs::add);
    }
    requireDifferentKinds(section, pairs);
    if (section.has("certificate") && !section.names("keyPairs")) {
      keyPair(section).ifPresent(pairs::add);
    }
    List<String> given = givenNames(section);
    // One that cannot be used is a finding already and refuses the configuration.
    ClientAuth clientAuth = section.names("clientAuth")
        ? new ClientAuthReader(this, new RevocationListReader(findings, pem))
            .clientAuth(section.section("clientAuth", ConfigSchema.CLIENT_AUTH))
            .orElse(ClientAuth.NOT_ASKED)
        : ClientAuth.NOT_ASKED;
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    List<String> names = section.has("serverNames") ? given : ownNames(section, pairs.getFirst());
    return Optional.of(memory.same(name, new ServerIdentity(name, names, pairs, clientAuth)));
  }

  /** The CRLs under a key, for peers whose chains must lead to one of these CAs. */
  List<RevocationList> revocationLists(
      Section section, String key, List<X509Certificate> authorities) {
    return new RevocationListReader(findings, pem).lists(section, key, authorities);
  }

  /** A certificate chain with its key, empty where it cannot be used. */
  Optional<KeyPairMaterial> keyPair(Section section) {
    return new KeyPairReader(findings, pem, memory, base, section).keyPair();
  }

  private void requireDifferentKinds(Section section, List<KeyPairMaterial> pairs) {
    long kinds =
        pairs.stream().map(pair -> pair.privateKey().getAlgorithm()).distinct().count();
    if (kinds < pairs.size() || pairs.size() > 2) {
      section.error(
          "keyPairs",
          "key pairs of the same kind",
          pairs.size() + " key pairs",
          "one RSA and one ECDSA",
          "A client gets one of the two by what it can verify.");
    }
  }

  private List<String> ownNames(Section section, KeyPairMaterial pair) {
    List<String> names = CertificateNames.of(pair.leaf());
    if (names.isEmpty()) {
      findings.warn(
          section.location(),
          "the certificate names no server",
          pair.source(),
          "a DNS name",
          "Only a listener's defaultIdentity can show it.");
    } else if (CertificateNames.hasCommonNameOnly(pair.leaf())) {
      findings.warn(
          section.location(),
          CertificateWarnings.COMMON_NAME_ONLY,
          names.getFirst(),
          "a DNS SAN",
          "Clients do not look there any more. Make it anew with: openssl req -x509 ... -addext"
              + " subjectAltName=DNS:" + names.getFirst());
    }
    return names;
  }

  private List<String> givenNames(Section section) {
    List<String> names = new ArrayList<>();
    for (Section.Text text : section.texts("serverNames")) {
      String name = text.value().toLowerCase(Locale.ROOT);
      String plain = name.startsWith("*.") ? name.substring(2) : name;
      if (Syntax.isDnsName(plain)) {
        names.add(name);
      } else {
        findings.error(
            text.location(),
            "wrong server name",
            UserText.quoted(text.value()),
            "a DNS name, or *. and one",
            "Write the name that clients send by SNI, without scheme and port.");
      }
    }
    return names;
  }

  /** A CA bundle. Whatever is wrong with it is an error: it must never come to mean "no CA". */
  Optional<TrustAnchors.DestinationCa> bundle(Section section, String key) {
    Optional<PemText> text = pem.loadShared(section, key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    TrustAnchors.DestinationCa known = bundles.get(text.get());
    if (known != null) {
      return Optional.of(known);
    }
    Optional<TrustAnchors.DestinationCa> made = bundle(section.at(key), text.get());
    made.ifPresent(bundle -> bundles.put(text.get(), bundle));
    return made;
  }

  private Optional<TrustAnchors.DestinationCa> bundle(Location at, PemText text) {
    Optional<List<X509Certificate>> certificates = pem.certificates(at, text);
    if (certificates.isEmpty()) {
      return Optional.empty();
    }
    String source = text.source();
    if (PrivateKeys.in(text)) {
      findings.warn(
          at,
          CertificateWarnings.KEY_IN_CA_FILE,
          source,
          "certificates only",
          "The proxy does not need the CA's key; keep it elsewhere.");
    }
    for (X509Certificate certificate : certificates.get()) {
      pem.warnAboutDates(at, certificate);
      if (certificate.getBasicConstraints() < 0 && certificate.getVersion() >= 3) {
        findings.warn(
            at,
            CertificateWarnings.NOT_A_CA,
            certificate.getSubjectX500Principal().toString(),
            "CA:TRUE",
            "It is trusted for itself only; name the CA that signed it to trust its successors.");
      }
    }
    return Optional.of(
        memory.same(source, new TrustAnchors.DestinationCa(certificates.get(), source)));
  }
}
