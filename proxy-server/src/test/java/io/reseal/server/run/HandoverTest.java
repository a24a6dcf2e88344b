package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process takes over from another, in real processes; what goes wrong leaves the first serving. */
@Timeout(300)
final class HandoverTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";

  @TempDir
  private Path folder = Path.of("");

  private final List<Program> programs = new ArrayList<>();
  private Site site;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Epoll.isAvailable(), "epoll is not available here");
    site = new Site(folder);
  }

  @AfterEach
  void stop() {
    programs.forEach(Program::close);
    site.close();
  }

  private Program serving() throws IOException {
    return kept(site.runForHandover());
  }

  private Program kept(Program program) {
    programs.add(program);
    return program;
  }

  private static void until(Callable<Boolean> condition) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(30))
        .until(condition);
  }

  private static void requireServes(InetSocketAddress web) throws IOException {
    try (RawClient client = Site.client(web)) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
    }
  }

  private static int ready(InetSocketAddress port) throws IOException {
    return Watched.ask(port, "GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .status();
  }

  @Test
  void letsWorkOfEveryKindFinishWhileTheSuccessorServes() throws Exception {
    Program first = serving();
    InetSocketAddress web = Site.web(first);
    InetSocketAddress status = first.adminAddress("status");
    InetSocketAddress admin = first.adminAddress("admin");
    try (MixedTraffic traffic = new MixedTraffic(site, web)) {
      Program second = serving();
      first.awaitLine("draining for at most 30 s");
      assertThat(Site.web(second)).isEqualTo(web);
      assertThat(second.adminAddress("status")).isEqualTo(status);
      assertThat(second.adminAddress("admin")).isEqualTo(admin);
      requireServes(web);
      assertThat(ready(status)).isEqualTo(200);
      assertThat(ready(admin)).isEqualTo(200);
      traffic.finish();
      assertThat(first.awaitExit()).as(first.output()).isZero();
      assertThat(first.output())
          .contains("handing over to process " + second.pid())
          .contains("process " + second.pid() + " serves; this process ends")
          .contains("nothing was cut");
      assertThat(second.output())
          .contains("taking over from process " + first.pid())
          .contains("process " + first.pid() + " has handed over and ends");
    }
  }

  @Test
  void isFollowedByOneAfterTheOtherWithoutGatheringAnything() throws Exception {
    Program before = serving();
    InetSocketAddress web = Site.web(before);
    requireServes(web);
    long descriptors = descriptors(before);
    Program last = before;
    for (int i = 0; i < 4; i++) {
      Program next = serving();
      assertThat(last.awaitExit()).as(last.output()).isZero();
      last = next;
    }
    Program newest = last;
    requireServes(web);
    until(() -> descriptors(newest) == descriptors);
    until(() -> threads(newest, "reseal-handover") == threads(newest, "reseal-admin"));
    newest.signal("TERM");
    assertThat(newest.awaitExit()).as(newest.output()).isZero();
    assertThat(site.handover()).doesNotExist();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .noneMatch(name -> name.startsWith("handover"));
    }
  }

  /** Listening and Unix domain sockets, and what event loops and watches are made of. */
  private static long descriptors(Program program) throws IOException {
    Set<String> counted = new HashSet<>();
    for (String table : List.of("tcp", "tcp6", "unix")) {
      for (String line : Files.readAllLines(Path.of("/proc/net/" + table))) {
        String[] fields = line.strip().split("\\s+");
        if (table.equals("unix") && fields.length > 6) {
          counted.add("socket:[" + fields[6] + "]");
        } else if (fields.length > 9 && fields[3].equals("0A")) {
          counted.add("socket:[" + fields[9] + "]");
        }
      }
    }
    try (Stream<Path> open = Files.list(Path.of("/proc/" + program.pid() + "/fd"))) {
      return open.map(HandoverTest::target)
          .filter(each -> each.startsWith("anon_inode:") || counted.contains(each))
          .count();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  private static long threads(Program program, String name) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + program.pid() + "/task"))) {
      return tasks
          .filter(each -> {
            try {
              return Files.readString(each.resolve("comm")).startsWith(name);
            } catch (IOException endedMeanwhile) {
              return false;
            }
          })
          .count();
    }
  }

  @Test
  void servesOnWhenTheSuccessorCannotStart() throws Exception {
    Program first = serving();
    InetSocketAddress web = Site.web(first);
    site.write("no: such\n");
    Program broken = kept(site.run("--handover", site.handover().toString()));
    assertThat(broken.awaitExit()).isEqualTo(1);
    // Valid, but one address is not of this machine.
    Files.writeString(
        site.yaml(),
        Files.readString(site.write(""))
            .replace("address: 127.0.0.1:0", "address: [\"127.0.0.1:0\", \"192.0.2.1:1\"]"));
    Program refused = kept(site.run("--handover", site.handover().toString()));
    assertThat(refused.awaitExit()).isEqualTo(1);
    assertThat(refused.output()).contains("192.0.2.1:1");
    first.awaitLine("WARN .*process " + refused.pid() + " did not take over: .*Serving on");
    requireServes(web);
    assertThat(ready(first.adminAddress("status"))).isEqualTo(200);
    site.write("");
    serving();
    assertThat(first.awaitExit()).as(first.output()).isZero();
    requireServes(web);
  }

  @Test
  void servesOnWhenTheSuccessorIsKilledInTheMiddle() throws Exception {
    Program first = serving();
    InetSocketAddress web = Site.web(first);
    Program second =
        kept(Program.startClass(HangingSuccessor.class, site.handover().toString()));
    second.awaitLine("hanging with [0-9]+ sockets");
    first.awaitLine("handing over to process " + second.pid());
    Program third = kept(site.run("--handover", site.handover().toString()));
    assertThat(third.awaitExit()).isEqualTo(1);
    assertThat(third.output()).contains("a handover to process " + second.pid() + " is under way");
    requireServes(web);
    assertThat(ready(first.adminAddress("admin"))).isEqualTo(200);
    second.close();
    first.awaitLine("WARN .*process " + second.pid() + " did not take over: .*Serving on");
    requireServes(web);
    assertThat(ready(first.adminAddress("admin"))).isEqualTo(200);
    serving();
    assertThat(first.awaitExit()).as(first.output()).isZero();
    requireServes(web);
  }

  @Test
  void takesUpChangesOnlyWhenNoHandoverGoesOn() throws Exception {
    Program first = serving();
    Program second =
        kept(Program.startClass(HangingSuccessor.class, site.handover().toString()));
    second.awaitLine("hanging with [0-9]+ sockets");
    Files.writeString(
        site.yaml(),
        Files.readString(site.yaml()).replace("host: p.test\n", "host: [p.test, more.test]\n"));
    first.signal("HUP");
    // Whoever waits for an answer gets one.
    Reply answer = Watched.ask(
        first.adminAddress("admin"), "POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.bodyText()).contains("a handover to another process is under way");
    // In the time that another process takes to be refused, the change would have been taken up.
    Program third = kept(site.run("--handover", site.handover().toString()));
    assertThat(third.awaitExit()).isEqualTo(1);
    assertThat(first.output()).doesNotContain("configuration applied");
    second.close();
    first.awaitLine("configuration applied");
    requireServes(Site.web(first));
  }

  @Test
  void endsOnASignalInTheMiddleAndLeavesTheSuccessorAlone() throws Exception {
    Program first = serving();
    Program second =
        kept(Program.startClass(HangingSuccessor.class, site.handover().toString()));
    second.awaitLine("hanging with [0-9]+ sockets");
    first.signal("TERM");
    assertThat(first.awaitExit()).as(first.output()).isZero();
    assertThat(first.output()).contains("ending while process " + second.pid() + " takes over");
    // Whose sockets still take connections in.
    try (RawClient waiting = RawClient.plain(Site.web(first))) {
      waiting.send("in the queue");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1, 3", "3, 1"})
  void takesOverWithAnotherNumberOfEventLoops(String loops) throws Exception {
    String[] numbers = loops.split(", ");
    site.write("runtime: { eventLoops: " + numbers[0] + " }\n");
    Program first = serving();
    InetSocketAddress web = Site.web(first);
    site.write("runtime: { eventLoops: " + numbers[1] + " }\n");
    serving();
    assertThat(first.awaitExit()).as(first.output()).isZero();
    for (int i = 0; i < 20; i++) {
      requireServes(web);
    }
  }

  @Test
  void endsTheWaitOfADrainByAHandover() throws Exception {
    Program first = kept(site.run("--handover", site.handover().toString(), "--drain-wait", "200"));
    first.awaitLine("a successor can take over");
    InetSocketAddress web = Site.web(first);
    first.signal("TERM");
    first.awaitLine("not ready any more; serving on");
    Program second = serving();
    assertThat(first.awaitExit()).as(first.output()).isZero();
    requireServes(web);
    assertThat(ready(second.adminAddress("status"))).isEqualTo(200);
  }

  @Test
  void takesNothingFromStrangers() throws Exception {
    Program first = serving();
    assertThat(PosixFilePermissions.toString(
            Files.getPosixFilePermissions(site.handover(), LinkOption.NOFOLLOW_LINKS)))
        .isEqualTo("rw-------");
    assertThat(said("GET / HTTP/1.1\r\n\r\n")).startsWith("no it said \"GET / HTTP/1.1\"");
    assertThat(said("reseal-handover 2\n")).contains("expected: reseal-handover 1");
    // Without an end: the connection ends where a line gets too long.
    assertThat(said("x".repeat(100_000))).doesNotContain("sockets");
    // A conversation that breaks off after the list.
    assertThat(said("reseal-handover 1\n")).startsWith("sockets ");
    until(() -> first.output().split("Serving on", -1).length == 5);
    requireServes(Site.web(first));
    serving();
    assertThat(first.awaitExit()).as(first.output()).isZero();
  }

  /** What is answered to these bytes, as far as it comes in one piece. */
  private String said(String text) throws IOException {
    try (SocketChannel stranger = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      stranger.connect(UnixDomainSocketAddress.of(site.handover()));
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      try {
        while (bytes.hasRemaining()) {
          stranger.write(bytes);
        }
        ByteBuffer answer = ByteBuffer.allocate(4_096);
        stranger.read(answer);
        return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      } catch (IOException cutOff) {
        return "";
      }
    }
  }

  @Test
  void takesThePlaceOfAProcessThatWasKilled() throws Exception {
    Program first = serving();
    first.signal("KILL");
    first.awaitExit();
    assertThat(Files.exists(site.handover(), LinkOption.NOFOLLOW_LINKS)).isTrue();
    Program second = serving();
    assertThat(second.output()).contains("nobody listens at " + site.handover());
    requireServes(Site.web(second));
  }

  @Test
  void refusesWithoutAHandoverAPortThatIsTaken() throws Exception {
    Program first = serving();
    Files.writeString(
        site.yaml(),
        Files.readString(site.yaml())
            .replace("address: 127.0.0.1:0", "address: 127.0.0.1:" + first.port("web")));
    Program second = kept(site.run());
    assertThat(second.awaitExit()).isEqualTo(1);
    assertThat(second.output()).contains("in use");
    requireServes(Site.web(first));
  }

  @Test
  void saysWhyAHandoverCannotWork() throws Exception {
    site.write("runtime: { transport: nio }\n");
    requireRefused(site.handover(), "only the transport epoll");
    site.write("");
    requireRefused(folder.resolve("x".repeat(120)), "too long for a Unix domain socket");
    requireRefused(folder.resolve("none").resolve("handover"), "cannot be made in");
    requireRefused(site.yaml(), "is no socket");
    assertThat(site.yaml()).isNotEmptyFile();
  }

  private void requireRefused(Path path, String reason) throws Exception {
    Program program = kept(site.run("--handover", path.toString()));
    assertThat(program.awaitExit()).isEqualTo(1);
    assertThat(program.output()).contains("--handover " + path).contains(reason);
  }
}
