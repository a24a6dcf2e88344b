package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.Findings;
import io.reseal.config.pem.Certificates;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemSource;
import io.reseal.config.pem.PemText;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reader of PEM that keys of the configuration name; what is wrong with it is reported. */
final class PemReader {
  private final Findings findings;
  private final Path base;
  private final Instant now = Instant.now();
  private final Map<String, PemText> shared = new HashMap<>();

  PemReader(Findings findings, Path base) {
    this.findings = findings;
    this.base = base;
  }

  /** What a key names, empty where the key is missing or what it names cannot be read. */
  Optional<PemSource> source(Section section, String key) {
    return load(section, key, this::source);
  }

  /** The PEM in what a key names, empty where it is broken. */
  Optional<PemText> parse(Section section, String key, PemSource source) {
    try {
      return Optional.of(source.parse());
    } catch (PemException broken) {
      report(section.at(key), broken, source.source());
      return Optional.empty();
    }
  }

  /** The PEM of a key; where many keys name one file, it is read once, and the same object for all. */
  Optional<PemText> loadShared(Section section, String key) {
    return load(section, key, value -> {
      PemText known = shared.get(value);
      if (known == null) {
        known = load(value);
        shared.put(value, known);
      }
      return known;
    });
  }

  private <T> Optional<T> load(Section section, String key, Loader<T> loader) {
    if (!section.has(key)) {
      return Optional.empty();
    }
    String value = section.text(key, "");
    try {
      return value.isEmpty() ? Optional.empty() : Optional.of(loader.load(value));
    } catch (PemException broken) {
      report(section.at(key), broken, sourceOf(value));
      return Optional.empty();
    }
  }

  /** The PEM of one value: of a file, or the value itself. */
  PemText load(String value) throws PemException {
    return source(value).parse();
  }

  private PemSource source(String value) throws PemException {
    dependsOn(value);
    return PemSource.load(value, base);
  }

  private void dependsOn(String value) {
    try {
      if (!PemText.isInline(value)) {
        findings.dependsOn(base.resolve(value));
      }
    } catch (InvalidPathException notAPath) {
      // Reported where it is loaded.
    }
  }

  /** Every certificate of a text, empty where it has none or a broken one. */
  Optional<List<X509Certificate>> certificates(Location at, PemText text) {
    try {
      return Optional.of(Certificates.all(text));
    } catch (PemException broken) {
      report(at, broken, text.source());
      return Optional.empty();
    }
  }

  /**
   * Reports what is wrong with PEM.
   *
   * @param source the file's path, or {@link PemText#INLINE}
   */
  void report(Location at, PemException broken, String source) {
    findings.error(
        at,
        broken.what(),
        broken.found(),
        broken.expected(),
        FileHint.naming(broken.hint(), source));
  }

  /** The path of the file that a value names; {@link PemText#INLINE} where it names none. */
  String sourceOf(String value) {
    try {
      return PemText.isInline(value) ? PemText.INLINE : base.resolve(value).toString();
    } catch (InvalidPathException notAPath) {
      return PemText.INLINE;
    }
  }

  void warnAboutDates(Location at, X509Certificate certificate) {
    Instant end = certificate.getNotAfter().toInstant();
    Instant start = certificate.getNotBefore().toInstant();
    if (end.isBefore(now)) {
      findings.warn(
          at,
          CertificateWarnings.EXPIRED,
          subject(certificate) + " on " + end,
          "a later end",
          "Renew it.");
    } else if (start.isAfter(now)) {
      findings.warn(
          at,
          CertificateWarnings.NOT_YET_VALID,
          subject(certificate) + " from " + start,
          "an earlier start",
          "Check the clock, or wait.");
    }
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().toString();
  }

  /** A way to what a value names. */
  private interface Loader<T> {
    T load(String value) throws PemException;
  }
}
