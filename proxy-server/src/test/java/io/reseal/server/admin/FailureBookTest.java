package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Refusal;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class FailureBookTest {
  private final FailureBook book = new FailureBook();

  private static Refusal refusal(String token, String detail) {
    return new Refusal(token, detail, "");
  }

  @Test
  void countsWhatIsOfOneKindAndKeepsTheLatest() {
    book.failed(new Failure.NoRoute("a.test", "/1"), "id1", "shop", "a.test/1");
    book.failed(new Failure.NoRoute("b.test", "/2"), "id2", "shop", "b.test/2");
    book.failed(new Failure.NoRoute("a.test", "/1"), "id3", "cart", "a.test/1");
    assertThat(book.failures()).hasSize(2);
    assertThat(book.failures()).anySatisfy(entry -> {
      assertThat(entry.kind()).isEqualTo(new FailureBook.FailedKind("shop", "", "no_route"));
      assertThat(entry.count()).isEqualTo(2);
      assertThat(entry.latest().errorId()).isEqualTo("id2");
    });
  }

  @Test
  void keepsRefusalsByListenerAndReason() {
    book.connectionRefused(
        "https", "10.0.0.1:1", refusal("unknown_server_name", "x".repeat(10_000)));
    book.connectionRefused("https", "10.0.0.2:2", refusal("unknown_server_name", "y"));
    book.connectionRefused("http", "10.0.0.2:2", refusal("source_full", ""));
    assertThat(book.refusals()).hasSize(2);
    assertThat(book.refusals()).anySatisfy(entry -> {
      assertThat(entry.count()).isEqualTo(2);
      assertThat(entry.latest().peer()).isEqualTo("10.0.0.2:2");
    });
  }

  @Test
  void cutsPeerText() {
    book.connectionRefused(
        "https", "10.0.0.1:1", refusal("unknown_server_name", "x".repeat(10_000)));
    book.failed(new Failure.Internal("x"), "id", "shop", "a.test/" + "x".repeat(10_000));
    assertThat(book.refusals().getFirst().latest().detail()).hasSizeLessThan(500);
    assertThat(book.failures().getFirst().latest().request()).hasSizeLessThan(500);
  }

  @Test
  void isBounded() {
    for (int i = 0; i < 3 * FailureBook.MOST; i++) {
      book.failed(new Failure.Internal("x"), "id", "route-" + i, "");
    }
    assertThat(book.failures()).hasSize(FailureBook.MOST);
    assertThat(book.failures())
        .anySatisfy(entry ->
            assertThat(entry.kind().route()).isEqualTo("route-" + (3 * FailureBook.MOST - 1)));
  }

  @Test
  void losesNoCountAmongThreads() throws InterruptedException {
    int threads = 4;
    int each = 1_000;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      Thread.ofVirtual().start(() -> {
        for (int i = 0; i < each; i++) {
          book.failed(new Failure.Internal("x"), "id", "shop", "");
        }
        done.countDown();
      });
    }
    done.await();
    assertThat(book.failures().getFirst().count()).isEqualTo(threads * each);
  }
}
