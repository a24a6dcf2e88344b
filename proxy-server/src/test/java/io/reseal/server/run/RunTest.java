package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program from its start to its end, as a supervisor sees it. */
final class RunTest {
  private static final String GET = "GET /%s HTTP/1.1\r\nHost: a.test\r\n\r\n";

  @TempDir
  private Path folder = Path.of("");

  private RecordingOrigin origin = origin();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch answer = new CountDownLatch(1);

  private static RecordingOrigin origin() {
    try {
      return RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    origin.on("/slow", (connection, head) -> {
      asked.countDown();
      assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
    });
    TestPki.Issued front =
        TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue();
    front.write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    HostPort endpoint = origin.endpoint();
    Files.writeString(folder.resolve("reseal.yaml"), """
        listeners:
          - name: web
            address: ["127.0.0.1:0", "[::1]:0"]
            tls: {}
        identities:
          front: { certificate: front.crt, key: front.key }
        routes:
          - host: a.test
            reencrypt: origin
        upstreams:
          origin:
            endpoints: ["%s"]
            tls: { destinationCA: destination-ca.pem }
        admin: { address: "127.0.0.1:0", statusAddress: "127.0.0.1:0" }
        """.formatted(endpoint));
  }

  @AfterEach
  void stop() {
    answer.countDown();
    origin.close();
  }

  private Program run(String... more) throws IOException {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "run";
    arguments[1] = "-c";
    arguments[2] = folder.resolve("reseal.yaml").toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Program.start(arguments);
  }

  private static RawClient client(Program program) throws IOException {
    return RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test")
        .connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), program.port("web")));
  }

  @Test
  void servesAConfigurationWithPathsRelativeToIt() throws Exception {
    try (Program program = run();
        RawClient client = client(program)) {
      Reply reply = client.exchange(GET.formatted("x"));
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.bodyText()).startsWith("GET /x\n");
      assertThat(program.output()).contains("[::1]:").contains("limit of open files");
    }
  }

  @Test
  void finishesWorkUnderWayBeforeItEnds() throws Exception {
    try (Program program = run();
        RawClient client = client(program)) {
      client.send(GET.formatted("slow"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      program.signal("TERM");
      program.awaitLine("draining");
      answer.countDown();
      Reply reply = client.readReply();
      assertThat(reply.bodyText()).isEqualTo("done");
      assertThat(reply.fields().all("connection")).contains("close");
      assertThat(program.awaitExit()).as(program.output()).isZero();
      assertThat(program.output()).contains("nothing was cut");
    }
  }

  @Test
  void isNotReadyOnceItDrains() throws Exception {
    try (Program program = run();
        RawClient client = client(program)) {
      for (String port : List.of("admin", "status")) {
        assertThat(ready(program, port).status()).as(port).isEqualTo(200);
      }
      client.send(GET.formatted("slow"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      program.signal("TERM");
      program.awaitLine("draining");
      for (String port : List.of("admin", "status")) {
        Reply reply = ready(program, port);
        assertThat(reply.status()).as(port).isEqualTo(503);
        assertThat(reply.bodyText()).contains("draining");
        assertThat(health(program, port, "live").status()).isEqualTo(200);
      }
      answer.countDown();
      assertThat(client.readReply().bodyText()).isEqualTo("done");
      assertThat(program.awaitExit()).as(program.output()).isZero();
    }
  }

  private static Reply ready(Program program, String port) throws IOException {
    return health(program, port, "ready");
  }

  private static Reply health(Program program, String port, String what) throws IOException {
    return Watched.ask(
        program.adminAddress(port),
        "GET /healthz/" + what + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  @Test
  void refusesAnAdminPortThatIsTaken() throws Exception {
    Path file = folder.resolve("reseal.yaml");
    try (Program first = run()) {
      String taken = "127.0.0.1:" + first.adminAddress("status").getPort();
      Files.writeString(
          file,
          Files.readString(file)
              .replace("statusAddress: \"127.0.0.1:0\"", "statusAddress: \"" + taken + "\""));
      try (Program second = run()) {
        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(second.output())
            .contains("admin.statusAddress")
            .contains(taken)
            .contains("off");
      }
    }
  }

  @Test
  void cutsOnASecondSignal() throws Exception {
    try (Program program = run();
        RawClient client = client(program)) {
      client.send(GET.formatted("slow"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      program.signal("TERM");
      program.awaitLine("draining");
      program.signal("TERM");
      assertThat(program.awaitExit()).as(program.output()).isEqualTo(3);
      assertThat(program.output()).contains("1 connections were cut");
    }
  }

  @Test
  void servesOnWhileLoadBalancersTurnAway() throws Exception {
    try (Program program = run("--drain-wait", "60")) {
      assertThat(program.port("web")).isPositive();
      program.signal("TERM");
      program.awaitLine("not ready any more; serving on");
      assertThat(ready(program, "status").status()).isEqualTo(503);
      try (RawClient client = client(program)) {
        Reply reply = client.exchange(GET.formatted("x"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.fields().all("connection")).isEmpty();
      }
      program.signal("TERM");
      assertThat(program.awaitExit()).as(program.output()).isZero();
    }
  }

  @Test
  void cutsWhenTheGraceEnds() throws Exception {
    try (Program program = run("--grace", "0");
        RawClient client = client(program)) {
      client.send(GET.formatted("slow"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      program.signal("INT");
      assertThat(program.awaitExit()).as(program.output()).isEqualTo(3);
      assertThat(program.output()).contains("1 connections were cut");
    }
  }

  @Test
  void pausesAcceptingWhenOpenFilesRunOut() throws Exception {
    int limit = 160;
    List<Socket> idle = new ArrayList<>();
    try (Program program = Program.startWithOpenFiles(
        limit, "run", "-c", folder.resolve("reseal.yaml").toString())) {
      program.awaitLine("WARN .*the limit of open files is " + limit);
      int port = program.port("web");
      try {
        for (int i = 0; i < 2 * limit; i++) {
          idle.add(new Socket(InetAddress.ofLiteral("127.0.0.1"), port));
        }
        program.awaitLine("WARN .*listener \"web\": cannot accept: .*[Tt]oo many open files");
      } finally {
        for (Socket socket : idle) {
          socket.close();
        }
      }
      try (RawClient client = client(program)) {
        assertThat(client.exchange(GET.formatted("x")).status()).isEqualTo(200);
      }
      assertThat(program.output().split("cannot accept", -1)).hasSizeLessThan(5);
    }
  }

  @Test
  void refusesAPortThatAnotherProcessOfItsKindHas() throws Exception {
    Path file = folder.resolve("reseal.yaml");
    try (Program first = run()) {
      int port = first.port("web");
      Files.writeString(
          file,
          Files.readString(file).replace("[\"127.0.0.1:0\", \"[::1]:0\"]", "127.0.0.1:" + port));
      try (Program second = run()) {
        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(second.output()).contains("127.0.0.1:" + port).contains("in use");
      }
    }
  }

  @Test
  void warnsOfAnUpstreamThatIsNotVerified() throws Exception {
    Path file = folder.resolve("reseal.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("destinationCA: destination-ca.pem", "skipVerification: true"));
    try (Program program = run();
        RawClient client = client(program)) {
      program.awaitLine("WARN .*upstream \"origin\": skipVerification is on");
      assertThat(client.exchange(GET.formatted("x")).status()).isEqualTo(200);
    }
  }

  @Test
  void logsAFailureWithTheIdThatTheClientGot() throws Exception {
    origin.close();
    try (Program program = run();
        RawClient client = client(program)) {
      Reply reply = client.exchange(GET.formatted("x"));
      assertThat(reply.status()).isEqualTo(502);
      String body = reply.bodyText();
      String id = body.replaceAll("(?s).*id: ([0-9a-f]{16}).*", "$1");
      assertThat(id).as(body).hasSize(16);
      program.awaitLine("WARN .*failed id=" + id + " .*502 refused");
    }
  }
}
