package io.reseal.server.run;

import io.reseal.config.ProxyConfig;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.core.tls.TlsSetupException;
import io.reseal.server.admin.AdminPages.Told;
import io.reseal.server.doctor.Explainer;
import io.reseal.server.doctor.Explanation;
import io.reseal.server.doctor.Question;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The answer of the admin port to "what becomes of this request?", by the configuration in effect.
 * The query has {@code url}, and where they are needed {@code sni}, {@code from}, {@code listener},
 * {@code live=true} and {@code format=text}.
 */
final class ExplainPage {
  /** Each compiles the whole configuration, which is large where there are many hosts. */
  private static final int MOST_AT_ONCE = 2;

  private final Semaphore room = new Semaphore(MOST_AT_ONCE);
  private final Supplier<ProxyConfig> config;

  ExplainPage(Supplier<ProxyConfig> config) {
    this.config = config;
  }

  Told answer(Map<String, List<String>> asked) {
    if (!asked.containsKey("url")) {
      return Told.mistaken(
          "a query is needed: /explain?url=https://host/path, and where wanted sni,"
              + " from, listener, live=true and format=text");
    }
    if (!room.tryAcquire()) {
      return Told.busy("other explanations are being made, " + MOST_AT_ONCE
          + " at the same time is the most; ask again in a moment");
    }
    try {
      Question question = Question.of(
          first(asked, "url", ""),
          Optional.ofNullable(asked.get("sni")).map(List::getFirst),
          first(asked, "listener", ""),
          InetAddress.ofLiteral(first(asked, "from", "127.0.0.1")));
      Explanation explanation = explain(question, first(asked, "live", "").equals("true"));
      return first(asked, "format", "").equals("text")
          ? Told.text(explanation.text())
          : Told.json(explanation.json());
    } catch (IllegalArgumentException | TlsSetupException refused) {
      return Told.mistaken(String.valueOf(refused.getMessage()));
    } finally {
      room.release();
    }
  }

  private Explanation explain(Question question, boolean live) {
    Snapshot snapshot = SnapshotCompiler.compile(config.get());
    try {
      return Explainer.explain(snapshot, question, live);
    } finally {
      snapshot.release();
    }
  }

  private static String first(Map<String, List<String>> asked, String name, String standard) {
    return asked.getOrDefault(name, List.of(standard)).getFirst();
  }
}
