package io.reseal.core.tls;

import static io.reseal.core.tls.TlsWorld.asking;
import static io.reseal.core.tls.TlsWorld.serving;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenSSL as an independent peer, and as the maker of the certificates that people have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(20)
final class OpensslPeersTest {
  private final TlsPair pair = new TlsPair();
  private final Issued ca = TestPki.ca("Test CA");

  @AfterAll
  void close() {
    pair.close();
  }

  @ParameterizedTest
  @CsvSource({"BORINGSSL, -tls1_2", "BORINGSSL, -tls1_3", "JDK, -tls1_2", "JDK, -tls1_3"})
  void resumesSessionsOfOpenssl(TlsProvider provider, String version, @TempDir Path directory)
      throws IOException, InterruptedException {
    Issued issued = TestPki.server("shop.example").issuer(ca).issue();
    Path anchor = ca.write(directory, "ca");
    ServerContexts contexts = TlsWorld.server(provider, TlsVersions.MODERN, issued);
    Channel listening = pair.serve(serving(contexts), /* keepOpen= */ false);
    String client = "openssl s_client -connect 127.0.0.1:"
        + ((InetSocketAddress) listening.localAddress()).getPort()
        + " -servername shop.example -verify_return_error -verify_hostname shop.example -CAfile "
        + anchor + " " + version + " -ign_eof ";
    String first = run(directory, client + "-sess_out session.pem");
    assertThat(first).contains("Verify return code: 0 (ok)").contains("New, TLSv1");
    assertThat(run(directory, client + "-sess_in session.pem")).contains("Reused, TLSv1");
    listening.close().syncUninterruptibly();
    contexts.release();
  }

  @Test
  void refusesToRenegotiate(@TempDir Path directory) throws IOException, InterruptedException {
    ServerContexts contexts = TlsWorld.server(
        TlsProvider.BORINGSSL,
        TlsVersions.MODERN,
        TestPki.server("shop.example").issuer(ca).issue());
    Channel listening = pair.serve(serving(contexts), /* keepOpen= */ true);
    Process process = start(
        directory,
        "exec openssl s_client -tls1_2 -connect 127.0.0.1:"
            + ((InetSocketAddress) listening.localAddress()).getPort());
    // The input stays open: its end would end the program before the answer comes.
    process.getOutputStream().write("R\n".getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Assumptions.assumeTrue(process.waitFor() != 127, "needs the program openssl");
    assertThat(output).contains("RENEGOTIATING").contains("alert no renegotiation");
    listening.close().syncUninterruptibly();
    contexts.release();
  }

  @Test
  void explainsTheCertificatesOfOldInstructionsAndMendsThemByItsAdvice(@TempDir Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    run(
        directory,
        "openssl req -x509 -nodes -days 365 -newkey rsa:2048 -subj \"/CN=My CA\""
            + " -keyout ca.key -out ca.crt");
    run(
        directory,
        "openssl req -nodes -newkey rsa:2048 -subj \"/CN=shop.example\""
            + " -keyout key.pem -out old.csr");
    run(
        directory,
        "openssl x509 -req -days 365 -in old.csr -CA ca.crt -CAkey ca.key"
            + " -set_serial 0 -out cert.pem");
    assertThat(certificate(directory, "cert.pem").getSerialNumber()).isZero();

    TlsVerdict verdict = Objects.requireNonNull(verdict(directory));
    assertThat(verdict.reason()).isEqualTo(Reason.COMMON_NAME_ONLY);

    String advice = verdict.advice();
    String command = advice.substring(advice.indexOf("openssl req"), advice.indexOf(" (before"));
    run(directory, command);
    assertThat(certificate(directory, "cert.pem").getSubjectAlternativeNames()).isNotEmpty();
    assertThat(verdict(directory)).isNull();
  }

  private @Nullable TlsVerdict verdict(Path directory)
      throws IOException, GeneralSecurityException {
    X509Certificate anchor = certificate(directory, "ca.crt");
    UpstreamTlsContext client = TlsWorld.client(
        TlsProvider.BORINGSSL,
        TlsVersions.MODERN,
        new TrustAnchors.DestinationCa(List.of(anchor), "ca.crt"));
    try (OpensslServer server =
        OpensslServer.start(directory.resolve("cert.pem"), directory.resolve("key.pem"))) {
      return pair.handshakeOnly(server.port(), asking(client, "shop.example")).verdict();
    } finally {
      client.release();
    }
  }

  private static X509Certificate certificate(Path directory, String file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(directory.resolve(file))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static String run(Path directory, String command)
      throws IOException, InterruptedException {
    Process process = start(directory, command);
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    Assumptions.assumeTrue(status != 127, "needs the program openssl");
    assertThat(status).as(command + "\n" + output).isZero();
    return output;
  }

  private static Process start(Path directory, String command) throws IOException {
    return new ProcessBuilder("sh", "-c", command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
  }
}
