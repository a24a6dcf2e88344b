package io.reseal.server.doctor;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.check.Places;
import io.reseal.config.pem.Certificates;
import io.reseal.config.pem.PemText;
import io.reseal.config.read.CertificateWarnings;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The examination of a configuration: what its reader says, what its certificates, keys and names
 * would do to clients and upstreams, and, where asked for, what listeners and upstreams do now.
 */
public final class Doctor {
  /** What the checks here say themselves, with a command that mends it. */
  private static final Set<String> SAID_HERE = Set.of(
      CertificateWarnings.EXPIRED,
      CertificateWarnings.NOT_YET_VALID,
      CertificateWarnings.COMMON_NAME_ONLY,
      CertificateWarnings.READABLE_KEY,
      CertificateWarnings.NOT_A_CA,
      CertificateWarnings.CRL_EXPIRED);

  /** The same, for files only: PEM in the configuration itself no command can mend. */
  private static final Set<String> SAID_HERE_OF_FILES = Set.of(
      CertificateWarnings.KEY_IN_CA_FILE, Certificates.NOT_IN_ORDER, Certificates.ROOT_IN_CHAIN);

  private static final String SKIPPED = "skipVerification: true";

  private static final Logger LOG = LoggerFactory.getLogger(Doctor.class);

  private final Instant now;
  private final List<Finding> findings = new ArrayList<>();

  private Doctor(Instant now) {
    this.now = now;
  }

  /**
   * Examines a file. Nothing is thrown: whatever is wrong is in the report.
   *
   * @param live whether listeners and upstreams are tried too; no byte of HTTP is sent to upstreams
   * @param now the time that certificates are checked at
   */
  public static Report examine(Path file, boolean live, Instant now) {
    Doctor doctor = new Doctor(now);
    switch (ConfigReader.read(file)) {
      case ConfigResult.Invalid invalid -> doctor.examine(invalid);
      case ConfigResult.Valid valid -> doctor.examine(valid, live);
    }
    return new Report(file.toString(), live, doctor.findings);
  }

  /** What the reader refuses, and what else is wrong with the parts that it could read. */
  private void examine(ConfigResult.Invalid invalid) {
    invalid.problems().forEach(problem -> findings.add(Finding.of(Severity.ERROR, problem)));
    ConfigResult.Remainder rest = invalid.remainder();
    if (rest == null) {
      return;
    }
    Set<String> broken = invalid.problems().stream()
        .map(problem -> part(problem.location()))
        .collect(Collectors.toSet());
    List<Finding> more = new ArrayList<>();
    try {
      examineParts(rest.config(), rest.warnings(), rest.places(), more::add);
    } catch (RuntimeException incomplete) {
      // A check came upon a part that is missing; what it found until then counts.
      LOG.debug("not every check could run", incomplete);
    }
    // A part with a mistake is not what was meant: what shows of it could mislead.
    more.stream().filter(finding -> !broken.contains(part(finding.place()))).forEach(findings::add);
  }

  /** The identity, upstream or other part that a place is in, as {@code upstreams.shop}. */
  private static String part(Location place) {
    String[] keys = place.path().split("\\.", 3);
    return keys.length > 1 ? keys[0] + "." + keys[1] : keys[0];
  }

  private void examineParts(
      ProxyConfig config, List<Problem> warnings, Places places, Consumer<Finding> found) {
    for (Problem warning : warnings) {
      if (!isSaidHere(warning)) {
        found.accept(Finding.of(Severity.WARNING, warning));
      }
    }
    new IdentityChecks(config, places, now, found).run();
    new UpstreamChecks(config, places, now, found).run();
    new ClientChecks(config, places, now, found).run();
  }

  private void examine(ConfigResult.Valid valid, boolean live) {
    examineParts(valid.config(), valid.warnings(), valid.places(), findings::add);
    Snapshot snapshot;
    try {
      snapshot = SnapshotCompiler.compile(valid.config());
    } catch (RuntimeException refused) {
      findings.add(Finding.error(
          Kind.REFUSED_BY_LIBRARY,
          valid.places().file(),
          String.valueOf(refused.getMessage()),
          "The proxy would not start with it.",
          ""));
      return;
    }
    try {
      new ServedNameChecks(snapshot, valid.places(), findings::add).run();
      if (live) {
        new ListenerProbes(snapshot, valid.places(), findings::add).run();
        new UpstreamTrials(snapshot, valid.places(), now, findings::add).run();
      }
    } finally {
      snapshot.release();
    }
  }

  private static boolean isSaidHere(Problem warning) {
    boolean file = !warning.found().equals(PemText.INLINE);
    return SAID_HERE.contains(warning.what())
        || warning.found().equals(SKIPPED)
        || file
            && (SAID_HERE_OF_FILES.contains(warning.what())
                || warning.what().contains(Certificates.UNRELATED));
  }
}
