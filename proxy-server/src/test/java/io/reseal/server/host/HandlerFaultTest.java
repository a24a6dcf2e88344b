package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mistake in a handler costs the one connection that met it, and says so. */
final class HandlerFaultTest {
  private static final String GET = "GET /%s HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final List<String> FAULTS = List.of(Faults.THROWN, Faults.DEEP);

  @TempDir
  private Path folder = Path.of("");

  @Test
  void endsOneConnectionAndNoOther() throws Exception {
    try (RecordingOrigin origin = RecordingOrigin.cleartext().start()) {
      for (String fault : FAULTS) {
        // In the answer alone, so that only the upstream's connection meets it.
        origin.on("/from-" + fault.length(), (connection, head) -> {
          connection.receive(head);
          connection.send("HTTP/1.1 200 OK\r\nX: " + fault + "\r\nContent-Length: 2\r\n\r\nok");
        });
      }
      Files.writeString(
          folder.resolve("reseal.yaml"), """
          listeners:
            - { name: web, address: "127.0.0.1:0" }
          routes:
            - { host: a.test, offload: origin }
          upstreams:
            origin: { endpoints: ["127.0.0.1:%d"] }
          runtime: { eventLoops: 1 }
          admin: { address: "127.0.0.1:0", statusAddress: off }
          """.formatted(origin.endpoint().port()));
      Launch launch = new Launch()
          .with(Faults.install(folder))
          .option("-Dio.netty.bootstrap.extensions=serviceload");
      try (Program program =
              launch.start("run", "-c", folder.resolve("reseal.yaml").toString());
          RawClient bystander = RawClient.plain(Scene.web(program))) {
        InetSocketAddress web = Scene.web(program);
        for (String fault : FAULTS) {
          serves(bystander);
          try (RawClient client = RawClient.plain(web)) {
            client.send(GET.formatted(fault));
            assertThat(client.readToEnd().text()).isEmpty();
          }
          try (RawClient client = RawClient.plain(web)) {
            Reply reply = client.exchange(GET.formatted("from-" + fault.length()));
            assertThat(reply.status()).as(reply.toString()).isEqualTo(500);
            assertThat(reply.bodyText()).contains("internal");
            serves(client);
          }
          serves(bystander);
        }
        program.awaitLine("ERROR .*internal .*IllegalStateException: a handler has a mistake");
        program.awaitLine("ERROR .*internal .*StackOverflowError");
        assertThat(Scene.health(program.adminAddress("admin")).status()).isEqualTo(200);
        program.signal("TERM");
        assertThat(program.awaitExit()).as(program.output()).isZero();
        assertThat(program.output()).contains("nothing was cut").doesNotContain("LEAK");
      }
    }
  }

  private static void serves(RawClient client) throws IOException {
    assertThat(client.exchange(GET.formatted("x")).status()).isEqualTo(200);
  }

  @Test
  void endsTheProcessWhereTheHeapIsFull() throws Exception {
    try (Scene scene = new Scene(folder)) {
      scene.write("");
      try (Program program = scene.run(new Launch().asPacked().option("-Xmx24m"), "--no-watch")) {
        assertThat(Scene.get(Scene.web(program)).status()).isEqualTo(200);
        // More than so small a heap can hold, while it serves.
        StringBuilder routes = new StringBuilder();
        for (int i = 0; i < 150_000; i++) {
          routes.append("\n  - { host: \"host-").append(i).append(".test\", reencrypt: origin }");
        }
        String yaml = Files.readString(folder.resolve("reseal.yaml"));
        Files.writeString(
            folder.resolve("reseal.yaml"),
            yaml.replace("    reencrypt: origin", "    reencrypt: origin" + routes));
        program.signal("HUP");
        assertThat(program.awaitExit()).isNotZero();
        assertThat(program.output()).contains("Terminating due to java.lang.OutOfMemoryError");
      }
    }
  }
}
