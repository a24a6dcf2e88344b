package io.reseal.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.config.RevocationList;
import io.reseal.config.pem.PemException;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.PathFinder.Path;
import io.reseal.core.tls.PathValidation.Fault;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RevocationCheckTest {
  private static final Instant NOW = Instant.now();
  private static final Issued ROOT = TestPki.ca("Root");
  private static final Issued MIDDLE = TestPki.authority("Middle").issuer(ROOT).issue();
  private static final Issued LEAF = TestPki.server("leaf.test").issuer(MIDDLE).issue();
  private static final Path PATH = new Path(LEAF.chain(), ROOT.certificate());

  private static @Nullable Reason check(RevocationList... lists) {
    return check(PATH, lists);
  }

  private static @Nullable Reason check(Path path, RevocationList... lists) {
    Fault fault = RevocationCheck.check(path, List.of(lists), NOW);
    return fault == null ? null : fault.reason();
  }

  private static TestCrl root() {
    return TestCrl.of(ROOT);
  }

  private static TestCrl middle() {
    return TestCrl.of(MIDDLE);
  }

  @Test
  void isSilentWithoutLists() {
    assertThat(check()).isNull();
  }

  @Test
  void wantsAListOfEveryIssuer() {
    assertThat(check(root().list(), middle().list())).isNull();
    assertThat(check(root().list())).isEqualTo(Reason.CRL_MISSING);
    assertThat(check(middle().list())).isEqualTo(Reason.CRL_MISSING);
  }

  @Test
  void findsARevokedIntermediate() {
    Fault fault = RevocationCheck.check(
        PATH, List.of(root().revoke(MIDDLE).list(), middle().list()), NOW);
    assertThat(fault).isNotNull();
    assertThat(fault.reason()).isEqualTo(Reason.REVOKED);
    assertThat(fault.culprit()).isEqualTo(MIDDLE.certificate());
  }

  @Test
  void believesNoListOfAnotherKey() {
    Issued impostor = TestPki.ca("Root");
    assertThat(check(middle().list(), TestCrl.of(impostor).list())).isEqualTo(Reason.CRL_UNUSABLE);
    assertThat(check(middle().list(), TestCrl.of(impostor).list(), root().list()))
        .isNull();
  }

  @Test
  void believesNoListThatItsIssuerMayNotSign() {
    Issued mute = TestPki.authority("Mute").keyUsage(KeyUsage.keyCertSign).issue();
    Issued leaf = TestPki.server("leaf.test").issuer(mute).issue();
    Path path = new Path(leaf.chain(), mute.certificate());
    assertThat(check(path, TestCrl.of(mute).list())).isEqualTo(Reason.CRL_UNUSABLE);
  }

  @Test
  void believesNoWeakSignature() {
    assertThat(check(root().list(), middle().digest("SHA1").list())).isEqualTo(Reason.CRL_UNUSABLE);
  }

  @Test
  void tellsAnOutdatedListFromAMissingOne() {
    RevocationList stale = middle().until(NOW.minusSeconds(1)).list();
    assertThat(check(root().list(), stale)).isEqualTo(Reason.CRL_EXPIRED);
    assertThat(check(root().list(), stale, middle().list())).isNull();
    assertThat(check(root().list(), middle().from(NOW.plus(Duration.ofHours(1))).list()))
        .isEqualTo(Reason.CRL_NOT_YET_VALID);
    assertThat(check(root().list(), middle().until(null).list())).isNull();
  }

  @Test
  void findsTheRevokedInAnOutdatedListToo() {
    RevocationList stale = middle().revoke(LEAF).until(NOW.minusSeconds(1)).list();
    assertThat(check(root().list(), stale, middle().list())).isEqualTo(Reason.REVOKED);
  }

  @Test
  void asksOnlyListsThatSpeakOfTheCertificate() {
    // The intermediate is a CA; a list of user certificates says nothing of it.
    assertThat(check(root().onlyUserCertificates().list(), middle().list()))
        .isEqualTo(Reason.CRL_MISSING);
    assertThat(check(root().list(), middle().onlyUserCertificates().list())).isNull();
    // The leaf names no distribution point.
    assertThat(check(root().list(), middle().onlyForPoint().list())).isEqualTo(Reason.CRL_MISSING);
    Issued pointing = TestPki.server("leaf.test")
        .issuer(MIDDLE)
        .revocationPoint(TestCrl.POINT)
        .issue();
    Path path = new Path(pointing.chain(), ROOT.certificate());
    assertThat(check(path, root().list(), middle().onlyForPoint().list())).isNull();
    assertThat(
            check(path, root().list(), middle().onlyForPoint().revoke(pointing).list()))
        .isEqualTo(Reason.REVOKED);
  }

  @Test
  void isNotEvenReadWhereItTellsLessThanAll() {
    for (TestCrl partial : List.of(root().delta(), root().indirect(), root().onlySomeReasons())) {
      assertThatThrownBy(partial::list)
          .hasCauseInstanceOf(PemException.class)
          .hasMessageContaining("a revocation list that cannot be used");
    }
  }

  @Test
  void asksNoListAboutATrustedCertificate() {
    Path pinned = new Path(List.of(LEAF.certificate()), LEAF.certificate());
    assertThat(check(pinned, middle().revoke(LEAF).list())).isNull();
  }
}
