package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.reseal.core.upstream.LoopbackDns;
import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.Reply;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose names and addresses are not set up as on others, or are set up late. */
final class NamesTest {
  @TempDir
  private Path folder = Path.of("");

  @Test
  void findsNameServersThatAreNamedAfterItsStart() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Path etc = folder.resolve("etc");
    new Shell(folder)
        .run("mkdir etc && cp /etc/hosts /etc/passwd /etc/nsswitch.conf /etc/ld.so.cache etc")
        .requireSuccess();
    Path file = etc.resolve("resolv.conf");
    try (LoopbackDns dns = new LoopbackDns(group.next());
        LoopbackDns other = new LoopbackDns(group.next());
        Scene scene = new Scene(folder)) {
      dns.knows("upstream.test", 0, "127.0.0.1");
      scene.endpoint("upstream.test:" + scene.origin().endpoint().port());
      scene.write("timeouts: { resolve: 500ms }\n");
      Launch launch = new Launch().inNamespaces("-m", "mount --bind " + etc + " /etc");
      try (Program program = scene.run(launch)) {
        InetSocketAddress web = Scene.web(program);
        refusesFor(web, "without the file");
        Files.writeString(file, "");
        refusesFor(web, "with an empty one");
        Files.writeString(file, nameserver(other));
        refusesFor(web, "with one that does not know the name");
        Files.writeString(file, nameserver(dns));
        await().atMost(20, TimeUnit.SECONDS).until(() -> Scene.get(web).status() == 200);
      }
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static String nameserver(LoopbackDns dns) {
    return "# by hand\nsearch shop.test\nnameserver 127.0.0.1." + dns.address().getPort() + "\n";
  }

  private static void refusesFor(InetSocketAddress web, String when) throws Exception {
    Reply reply = Scene.get(web);
    assertThat(reply.status()).as(when).isIn(502, 504);
    assertThat(reply.fields().first("proxy-status")).as(when).contains("error=dns_");
  }

  private static Launch withoutIpv6() throws Exception {
    Shell.require("ip", "sysctl", "nsenter", "curl");
    return new Launch()
        .inNamespaces("-n", "ip link set lo up; sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
  }

  private String listening(String address) throws Exception {
    return Files.writeString(folder.resolve("reseal.yaml"), """
        listeners:
          - { name: web, address: "%s" }
        routes:
          - { host: a.test, redirect: { scheme: https } }
        admin: { address: "127.0.0.1:0", statusAddress: off }
        """.formatted(address))
        .toString();
  }

  @Test
  void servesWithoutIpv6() throws Exception {
    try (Program program = withoutIpv6().start("run", "-c", listening("127.0.0.1:0"))) {
      String code = new Shell(folder)
          .run(
              "nsenter -t %d -n curl -s -o /dev/null -w '%%{http_code}' -H 'Host: a.test' http://127.0.0.1:%d/"
                  .formatted(program.pid(), program.port("web")))
          .requireSuccess();
      assertThat(code).startsWith("3");
    }
  }

  @Test
  void saysWhatIsWrongWithAnIpv6ListenerWithoutIpv6() throws Exception {
    for (String address : new String[] {"[::1]:0", "[::]:0"}) {
      try (Program program = withoutIpv6().start("run", "-c", listening(address))) {
        assertThat(program.awaitExit()).isEqualTo(1);
        assertThat(program.output())
            .contains("listener \"web\": cannot listen on " + address)
            .contains("this machine has no IPv6", "Listen on an IPv4 address");
      }
    }
  }
}
