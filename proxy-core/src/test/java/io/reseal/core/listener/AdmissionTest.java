package io.reseal.core.listener;

import static io.reseal.core.listener.Admission.Verdict.ADMITTED;
import static io.reseal.core.listener.Admission.Verdict.LISTENER_FULL;
import static io.reseal.core.listener.Admission.Verdict.SOURCE_FULL;
import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AdmissionTest {

  private static Admission admission(int most, int mostPerSource) {
    return new Admission(new Listener(
        "public",
        List.of(new HostPort("127.0.0.1", 0)),
        new ListenerSecurity.Cleartext(),
        List.of(),
        most,
        mostPerSource));
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  @Test
  void boundsEachSource() {
    Admission admission = admission(10, 2);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(SOURCE_FULL);
    assertThat(admission.admit(address("192.0.2.2"))).isEqualTo(ADMITTED);
    assertThat(admission.open()).isEqualTo(3);
    admission.release(address("192.0.2.1"));
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(SOURCE_FULL);
  }

  @Test
  void boundsTheListener() {
    Admission admission = admission(2, 2);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("192.0.2.2"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("192.0.2.3"))).isEqualTo(LISTENER_FULL);
    assertThat(admission.open()).isEqualTo(2);
    admission.release(address("192.0.2.1"));
    assertThat(admission.admit(address("192.0.2.3"))).isEqualTo(ADMITTED);
    assertThat(admission.open()).isEqualTo(2);
  }

  @Test
  void countsIpv6SourcesByTheir64() {
    Admission admission = admission(10, 1);
    assertThat(admission.admit(address("2001:db8:0:1::1"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("2001:db8:0:1:ffff::2"))).isEqualTo(SOURCE_FULL);
    assertThat(admission.admit(address("2001:db8:0:2::1"))).isEqualTo(ADMITTED);
    admission.release(address("2001:db8:0:1:abcd::3"));
    assertThat(admission.admit(address("2001:db8:0:1::4"))).isEqualTo(ADMITTED);
  }

  /** A dual-stack socket shows IPv4 clients as mapped addresses; the JDK unmaps them. */
  @Test
  void countsMappedAddressesAsIpv4() {
    Admission admission = admission(10, 1);
    assertThat(admission.admit(address("::ffff:192.0.2.1"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("::ffff:192.0.2.2"))).isEqualTo(ADMITTED);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(SOURCE_FULL);
  }

  @Test
  void aRefusalLeavesNothingBehind() {
    Admission admission = admission(10, 1);
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(ADMITTED);
    for (int i = 0; i < 100; i++) {
      assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(SOURCE_FULL);
    }
    assertThat(admission.open()).isEqualTo(1);
    admission.release(address("192.0.2.1"));
    assertThat(admission.open()).isZero();
    assertThat(admission.admit(address("192.0.2.1"))).isEqualTo(ADMITTED);
  }

  @Test
  void admitsNeverMoreThanTheLimitFromManyThreads() throws InterruptedException {
    Admission admission = admission(5, 100);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      InetAddress source = address("192.0.2." + i);
      threads.add(Thread.ofPlatform().start(() -> {
        awaitQuietly(start);
        for (int turn = 0; turn < 20_000; turn++) {
          if (admission.admit(source) == ADMITTED) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            inside.decrementAndGet();
            admission.release(source);
          }
        }
      }));
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most.get()).isBetween(1, 5);
    assertThat(admission.open()).isZero();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
