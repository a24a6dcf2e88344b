package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections beyond a listener's bounds are closed at once; a place that is left is free again. */
final class ConnectionLimitTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";

  @ParameterizedTest
  @CsvSource({"2, 100", "100, 2"})
  void closesConnectionsBeyondTheBound(int all, int perSource) throws IOException {
    try (TestBed bed = TestBed.start(setup -> setup.maxConnections(all, perSource))) {
      try (RawClient first = bed.proxy().plainClient();
          RawClient second = bed.proxy().plainClient()) {
        assertThat(first.exchange(GET).status()).isEqualTo(200);
        assertThat(second.exchange(GET).status()).isEqualTo(200);
        try (RawClient third = bed.proxy().plainClient()) {
          third.sendDespiteClose(GET);
          assertThat(third.readToEnd().text()).doesNotContain("200 OK");
        }
        assertThat(first.exchange(GET).status()).isEqualTo(200);
      }
      Await.until(() -> isServed(bed));
    }
  }

  private static boolean isServed(TestBed bed) {
    try (RawClient client = bed.proxy().plainClient()) {
      Reply reply = client.exchange(GET);
      return reply.status() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
