package io.reseal.server.doctor;

import io.reseal.config.Problem;
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
      case ConfigResult.Invalid(List<Problem> problems) ->
        problems.forEach(problem -> doctor.findings.add(Finding.of(Severity.ERROR, problem)));
      case ConfigResult.Valid valid -> doctor.examine(valid, live);
    }
    return new Report(file.toString(), live, doctor.findings);
  }

  private void examine(ConfigResult.Valid valid, boolean live) {
    for (Problem warning : valid.warnings()) {
      if (!isSaidHere(warning)) {
        findings.add(Finding.of(Severity.WARNING, warning));
      }
    }
    new IdentityChecks(valid.config(), valid.places(), now, findings::add).run();
    new UpstreamChecks(valid.config(), valid.places(), now, findings::add).run();
    new ClientChecks(valid.config(), valid.places(), now, findings::add).run();
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
