package io.reseal.core.tls;

import static io.reseal.core.tls.TlsWorld.asking;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.Timeouts;
import io.reseal.config.TlsVersions;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.TlsPair.End;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of upstreams that break off, answer nonsense, or want something else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HandshakeVerdictsTest {
  private final TlsPair pair = new TlsPair();
  private final Issued ca = TestPki.ca("Test CA");
  private final Issued good = TestPki.server("shop.example").issuer(ca).issue();

  @AfterAll
  void close() {
    pair.close();
  }

  private TlsVerdict verdict(TlsProvider provider, TlsVersions versions, int port) {
    return verdict(TlsWorld.client(provider, versions, ca.trusted()), port);
  }

  private TlsVerdict verdict(UpstreamTlsContext client, int port) {
    End end = pair.connect(port, asking(client, "shop.example"));
    client.release();
    assertThat(end.received()).isZero();
    TlsVerdict verdict = Objects.requireNonNull(end.verdict(), "no failure");
    assertThat(verdict.advice()).isNotBlank();
    return verdict;
  }

  private TlsVerdict verdictOnAnswer(TlsProvider provider, byte[] answer) throws IOException {
    try (RawServer server = RawServer.answering(answer)) {
      return verdict(provider, TlsVersions.MODERN, server.port());
    }
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void recognisesPlaintext(TlsProvider provider) throws IOException {
    for (String answer : new String[] {
      "HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port",
      "SSH-2.0-OpenSSH_9.2\r\n",
      "220 mail.example ESMTP\r\n"
    }) {
      byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
      assertThat(verdictOnAnswer(provider, bytes).reason()).isEqualTo(Reason.PLAINTEXT_ON_TLS_PORT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40, CIPHER_MISMATCH",
    "70, PROTOCOL_MISMATCH",
    "80, ALERT_RECEIVED",
    "49, ALERT_RECEIVED",
    "112, SERVER_NAME_REJECTED",
    "116, CLIENT_CERTIFICATE_REQUIRED",
    "120, ALPN_MISMATCH"
  })
  void readsAlerts(int alert, Reason reason) throws IOException {
    ByteBuf record = TlsAlert.fatalRecord(UnpooledByteBufAllocator.DEFAULT, alert);
    byte[] bytes = new byte[record.readableBytes()];
    record.readBytes(bytes).release();
    for (TlsProvider provider : TlsProvider.values()) {
      TlsVerdict verdict = verdictOnAnswer(provider, bytes);
      assertThat(verdict.reason()).as("%s", provider).isEqualTo(reason);
      assertThat(verdict.detail()).contains(TlsAlert.name(alert));
      assertThat(verdict.facts())
          .contains(new TlsVerdict.Fact("alert", TlsAlert.name(alert) + " (" + alert + ")"));
    }
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void noticesThatTheConnectionEnds(TlsProvider provider) throws IOException {
    try (RawServer server = new RawServer(RawServer::readSome)) {
      assertThat(verdict(provider, TlsVersions.MODERN, server.port()).reason())
          .isEqualTo(Reason.CLOSED_IN_HANDSHAKE);
    }
    try (RawServer server = new RawServer(connection -> {
      RawServer.readSome(connection);
      connection.setSoLinger(true, 0);
    })) {
      assertThat(verdict(provider, TlsVersions.MODERN, server.port()).reason())
          .isEqualTo(Reason.CLOSED_IN_HANDSHAKE);
    }
    assertThat(verdictOnAnswer(provider, new byte[] {22, 3, 3, 0, 50, 2}).reason())
        .isEqualTo(Reason.CLOSED_IN_HANDSHAKE);
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void noticesSilence(TlsProvider provider) throws IOException {
    Timeouts brief = withHandshakeTimeout(Duration.ofMillis(50));
    UpstreamTlsContext client = UpstreamTlsContext.compile(
        "shop", TlsWorld.policy(ca.trusted(), TlsVersions.MODERN), provider, brief);
    try (RawServer server =
        new RawServer(connection -> connection.getInputStream().readAllBytes())) {
      assertThat(verdict(client, server.port()).reason()).isEqualTo(Reason.HANDSHAKE_TIMED_OUT);
    }
  }

  private static Timeouts withHandshakeTimeout(Duration timeout) {
    Timeouts standard = Timeouts.DEFAULT;
    return new Timeouts(
        standard.handshake(),
        standard.requestHead(),
        standard.keepAlive(),
        standard.bodyIdle(),
        standard.connect(),
        timeout,
        standard.responseHead(),
        standard.tunnelIdle(),
        standard.upstreamIdle(),
        standard.upstreamAge(),
        standard.resolve());
  }

  @ParameterizedTest
  @CsvSource({
    "BORINGSSL, -tls1_2, CLIENT_CERTIFICATE_REQUIRED",
    "BORINGSSL, -tls1_3, CLIENT_CERTIFICATE_REQUIRED",
    // The JDK forgets its session with the handshake, and the alert alone says too little.
    "JDK, -tls1_2, CIPHER_MISMATCH",
    "JDK, -tls1_3, CLIENT_CERTIFICATE_REQUIRED"
  })
  void noticesThatAClientCertificateIsWanted(
      TlsProvider provider, String version, Reason reason, @TempDir Path directory)
      throws IOException {
    try (OpensslServer server = OpensslServer.start(directory, good, "-Verify", "1", version)) {
      TlsVerdict verdict = verdict(provider, TlsVersions.MODERN, server.port());
      assertThat(verdict.reason()).isEqualTo(reason);
      assertThat(verdict.advice()).containsAnyOf("client certificate", "client identity");
    }
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void findsNoVersionOrCipherInCommon(TlsProvider provider, @TempDir Path directory)
      throws IOException {
    try (OpensslServer old =
        OpensslServer.start(directory, good, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")) {
      assertThat(verdict(provider, TlsVersions.MODERN, old.port()).reason())
          .isEqualTo(Reason.PROTOCOL_MISMATCH);
    }
    try (OpensslServer only12 = OpensslServer.start(directory, good, "-tls1_2")) {
      assertThat(verdict(provider, TlsWorld.TLS_1_3, only12.port()).reason())
          .isEqualTo(Reason.PROTOCOL_MISMATCH);
    }
    try (OpensslServer cbc =
        OpensslServer.start(directory, good, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA")) {
      assertThat(verdict(provider, TlsVersions.MODERN, cbc.port()).reason())
          .isEqualTo(Reason.CIPHER_MISMATCH);
    }
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void refusesAChainBeyondTheLimit(TlsProvider provider, @TempDir Path directory)
      throws IOException {
    String[] names = new String[10_000];
    for (int i = 0; i < names.length; i++) {
      names[i] = "host" + i + ".shop.example";
    }
    Issued huge = TestPki.server(names).issuer(ca).issue();
    try (OpensslServer server = OpensslServer.start(directory, huge)) {
      assertThat(verdict(provider, TlsVersions.MODERN, server.port()).reason())
          .isEqualTo(Reason.CERTIFICATE_REJECTED);
    }
  }

  @Test
  void keepsTheUnknownReadable() {
    TlsVerdict verdict =
        HandshakeVerdicts.upstream(new IllegalStateException("something " + "x".repeat(5_000)));
    assertThat(verdict.reason()).isEqualTo(Reason.HANDSHAKE_FAILED);
    assertThat(verdict.detail()).contains("something").hasSizeLessThan(400);
  }

  @Test
  void namesEveryAlert() {
    for (int alert = 0; alert < 256; alert++) {
      assertThat(TlsAlert.number(TlsAlert.name(alert))).isEqualTo(alert);
    }
    assertThat(TlsAlert.number("nonsense")).isEqualTo(-1);
  }
}
