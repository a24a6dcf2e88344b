package io.reseal.core.upstream;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.resolver.dns.UnixResolverDnsServerAddressStreamProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The name servers that {@code /etc/resolv.conf} names, at most a second and one question after it
 * has changed. Where it names none, or is not there, the one on this machine is asked, as
 * resolv.conf(5) has it; never one that nobody has named. Its search list is not read here.
 *
 * <p>Thread-safe. After the first time the file is read by a thread of its own, because nothing on an
 * event loop waits for a file.
 */
final class SystemNameServers implements DnsServerAddressStreamProvider {
  static final Path FILE = Path.of("/etc/resolv.conf");
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PORT = 53;

  private final Path file;
  private final AtomicLong lookedNanos = new AtomicLong(System.nanoTime());
  private volatile Reading reading;
  private volatile boolean emptied;

  SystemNameServers(Path file) {
    this.file = file;
    this.reading = read();
  }

  @Override
  public DnsServerAddressStream nameServerAddressStream(String name) {
    long looked = lookedNanos.get();
    long now = System.nanoTime();
    if (now - looked >= LOOK_NANOS && lookedNanos.compareAndSet(looked, now)) {
      Thread.startVirtualThread(this::look);
    }
    return reading.servers().nameServerAddressStream(name);
  }

  private void look() {
    if (reading.text().equals(text())) {
      emptied = false;
      return;
    }
    Reading next = read();
    if (next.namesNone() && !reading.namesNone() && !emptied) {
      // Perhaps the middle of a write: believed if it is still so at the next look.
      emptied = true;
      return;
    }
    emptied = false;
    reading = next;
  }

  private String text() {
    try {
      return Files.readString(file);
    } catch (IOException missing) {
      return "";
    }
  }

  private Reading read() {
    String text = text();
    try {
      return new Reading(
          text,
          new UnixResolverDnsServerAddressStreamProvider(file.toFile(), new File[0]),
          /* namesNone= */ false);
    } catch (IOException | IllegalArgumentException none) {
      return new Reading(
          text,
          new SequentialDnsServerAddressStreamProvider(
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT)),
          /* namesNone= */ true);
    }
  }

  private record Reading(String text, DnsServerAddressStreamProvider servers, boolean namesNone) {}
}
