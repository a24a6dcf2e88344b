package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reseal.testkit.Certificates;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.TestBed;
import io.reseal.testkit.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that we did not write: the JDK's and curl. */
final class IndependentClientTest {
  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start(
        setup -> setup.identity("localhost", "localhost").reencrypt("localhost", "origin"));
    bed.origin().on("/echo", (connection, head) -> {
      byte[] body = connection.receive(head).body();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
      connection.send(body);
    });
    bed.origin().on("/slow-echo", (connection, head) -> {
      byte[] body = connection.receive(head).body();
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (int at = 0; at < body.length; at += 1_000) {
        int count = Math.min(1_000, body.length - at);
        connection.send(Integer.toHexString(count) + "\r\n");
        connection.send(java.util.Arrays.copyOfRange(body, at, at + count));
        connection.send("\r\n");
      }
      connection.send("0\r\n\r\n");
    });
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  private static HttpClient client(HttpClient.Version version) throws IOException {
    return HttpClient.newBuilder()
        .version(version)
        .sslContext(JdkTls.clientContext(Certificates.FRONT.certificate()))
        .connectTimeout(Duration.ofSeconds(10))
        .build();
  }

  private static HttpRequest.Builder request(String path) {
    URI uri = URI.create("https://localhost:" + bed.proxy().https().getPort() + path);
    return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpClient.Version.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void servesTheJdksClient(HttpClient.Version version) throws Exception {
    byte[] body = Pattern.first(300_000);
    try (HttpClient client = client(version)) {
      HttpResponse<String> get = client.send(request("/x?y").build(), BodyHandlers.ofString());
      assertThat(get.version()).isEqualTo(version);
      assertThat(get.body()).startsWith("GET /x?y\n");
      for (String path : List.of("/echo", "/slow-echo")) {
        HttpResponse<byte[]> byLength = client.send(
            request(path).POST(BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofByteArray());
        assertThat(byLength.body()).isEqualTo(body);
        HttpResponse<byte[]> streamed = client.send(
            request(path)
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build(),
            BodyHandlers.ofByteArray());
        assertThat(streamed.body()).isEqualTo(body);
        HttpResponse<byte[]> expecting = client.send(
            request("/x")
                .expectContinue(true)
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofByteArray());
        assertThat(expecting.statusCode()).isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpClient.Version.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void servesManyRequestsAtOnce(HttpClient.Version version) throws Exception {
    byte[] body = Pattern.first(20_000);
    try (HttpClient client = client(version)) {
      List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        responses.add(client.sendAsync(
            request("/echo?" + i).POST(BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofByteArray()));
      }
      for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
        assertThat(response.get(20, TimeUnit.SECONDS).body()).isEqualTo(body);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http1.1", "--http2"})
  void servesCurl(String version, @TempDir Path directory) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    Path ca = Files.writeString(
        directory.resolve("ca.pem"), TestPki.pem(Certificates.FRONT.certificate()));
    Path body = Files.write(directory.resolve("body"), Pattern.first(200_000));
    String port = String.valueOf(bed.proxy().https().getPort());
    String loopback = InetAddress.ofLiteral("127.0.0.1").getHostAddress();
    Process curl = new ProcessBuilder(
            "/usr/bin/curl",
            "--silent",
            "--show-error",
            "--max-time",
            "20",
            version,
            "--cacert",
            ca.toString(),
            "--resolve",
            "a.test:" + port + ":" + loopback,
            "--data-binary",
            "@" + body,
            "--write-out",
            "|%{http_version} %{http_code}",
            "https://a.test:" + port + "/echo")
        .redirectErrorStream(true)
        .start();
    byte[] output;
    try (InputStream out = curl.getInputStream()) {
      output = out.readAllBytes();
    }
    assertThat(curl.waitFor()).isZero();
    byte[] echoed = java.util.Arrays.copyOf(output, Math.min(output.length, 200_000));
    assertThat(echoed).isEqualTo(Pattern.first(200_000));
    String status = new String(output, 200_000, output.length - 200_000, StandardCharsets.US_ASCII);
    assertThat(status).isEqualTo(version.equals("--http2") ? "|2 200" : "|1.1 200");
  }
}
