package io.reseal.server.admin;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.PeerText;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.server.admin.FailureBook.Entry;
import io.reseal.server.admin.FailureBook.Failed;
import io.reseal.server.admin.FailureBook.FailedKind;
import io.reseal.server.admin.FailureBook.Refused;
import io.reseal.server.admin.FailureBook.RefusedKind;
import java.util.List;

/** What goes wrong and what mends it, as JSON. Peer text is escaped and cut. */
public final class DiagnosticsPage {
  private static final int MOST_TEXT = 300;

  private final FailureBook book;

  public DiagnosticsPage(FailureBook book) {
    this.book = book;
  }

  /** The document as of now. */
  public String document() {
    return JsonText.object(
        json -> json.objects("failures", book.failures(), DiagnosticsPage::failure)
            .objects("refusedConnections", book.refusals(), DiagnosticsPage::refusal));
  }

  static void failure(JsonText json, Entry<FailedKind, Failed> entry) {
    Failed latest = entry.latest();
    FailurePolicy.Answer answer = FailurePolicy.answer(latest.failure());
    json.text("route", entry.kind().route())
        .text("upstream", entry.kind().upstream())
        .text("error", entry.kind().token())
        .number("count", entry.count())
        .text("since", entry.since().toString())
        .text("last", latest.at().toString())
        .text("lastId", latest.errorId())
        .text("lastRequest", PeerText.escape(latest.request(), MOST_TEXT))
        .number("status", latest.answered() == 0 ? answer.status() : latest.answered())
        .text("detail", answer.detail())
        .text("fix", answer.advice());
    List<TlsVerdict.Fact> facts =
        latest.failure() instanceof Failure.TlsFailed tls ? tls.verdict().facts() : List.of();
    facts(json, facts);
  }

  private static void facts(JsonText json, List<TlsVerdict.Fact> facts) {
    json.objects(
        "facts",
        facts,
        (each, fact) ->
            each.text("name", fact.name()).text("value", PeerText.escape(fact.value(), MOST_TEXT)));
  }

  static void refusal(JsonText json, Entry<RefusedKind, Refused> entry) {
    json.text("listener", entry.kind().listener())
        .text("reason", entry.kind().reason())
        .number("count", entry.count())
        .text("since", entry.since().toString())
        .text("last", entry.latest().at().toString())
        .text("lastClient", PeerText.escape(entry.latest().peer(), MOST_TEXT))
        .text("detail", PeerText.escape(entry.latest().detail(), MOST_TEXT))
        .text("fix", PeerText.escape(entry.latest().advice(), MOST_TEXT));
    facts(json, entry.latest().facts());
  }
}
