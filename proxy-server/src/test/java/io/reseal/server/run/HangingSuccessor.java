package io.reseal.server.run;

import io.reseal.config.RuntimeSettings;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.core.StartException;
import io.reseal.server.handover.Takeover;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that takes the listening sockets and then never serves, until it is killed. */
final class HangingSuccessor {
  private HangingSuccessor() {}

  public static void main(String[] arguments) throws StartException, InterruptedException {
    RuntimeSettings settings = new RuntimeSettings(Transport.EPOLL, TlsProvider.BORINGSSL, 1);
    try (Takeover takeover = Takeover.at(Path.of(arguments[0]), settings)) {
      System.out.println("hanging with " + takeover.sockets().all().size() + " sockets");
      new CountDownLatch(1).await();
    }
  }
}
