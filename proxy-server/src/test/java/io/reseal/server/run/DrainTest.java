package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM in the middle of mixed traffic: all of it is finished, and nothing new is taken. */
final class DrainTest {

  @Test
  void finishesTrafficOfEveryKind(@TempDir Path folder) throws Exception {
    try (Site site = new Site(folder);
        Program program = site.run()) {
      InetSocketAddress web = Site.web(program);
      try (MixedTraffic traffic = new MixedTraffic(site, web)) {
        program.signal("TERM");
        program.awaitLine("draining for at most 30 s");
        assertThatThrownBy(() -> RawClient.plain(web)).isInstanceOf(IOException.class);
        traffic.finish();
      }
      assertThat(program.awaitExit()).as(program.output()).isZero();
      assertThat(program.output()).contains("nothing was cut");
    }
  }

  /** As Kubernetes does it with a preStop hook. */
  @Test
  void isNotCutByTheFirstSignalAfterADrainThatWasAskedFor(@TempDir Path folder) throws Exception {
    try (Site site = new Site(folder);
        Program program = site.run()) {
      try (MixedTraffic traffic = new MixedTraffic(site, Site.web(program))) {
        String drain = "POST /drain HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assertThat(Watched.ask(program.adminAddress("admin"), drain).status()).isEqualTo(202);
        program.awaitLine("draining for at most 30 s");
        program.signal("TERM");
        program.awaitLine("a first signal, while ending already");
        traffic.finish();
      }
      assertThat(program.awaitExit()).as(program.output()).isZero();
      assertThat(program.output()).contains("nothing was cut");
    }
  }

  @Test
  void isCutByTheSecondSignalAfterADrainThatWasAskedFor(@TempDir Path folder) throws Exception {
    try (Site site = new Site(folder);
        Program program = site.run();
        MixedTraffic traffic = new MixedTraffic(site, Site.web(program))) {
      String drain = "POST /drain HTTP/1.1\r\nHost: localhost\r\n\r\n";
      assertThat(Watched.ask(program.adminAddress("admin"), drain).status()).isEqualTo(202);
      program.awaitLine("draining for at most 30 s");
      program.signal("TERM");
      program.awaitLine("a first signal, while ending already");
      program.signal("TERM");
      assertThat(program.awaitExit()).as(program.output()).isEqualTo(3);
    }
  }
}
