package io.reseal.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The status page for people: its files, and what it shows. */
public final class StatusPage {
  /** What is looked for is cut there. */
  private static final int MOST_CHARACTERS = 100;

  /*
   * Scripts and styles of our own files alone; nothing inline, nothing from elsewhere, no text that
   * becomes markup. The page asks us for what it shows, and that is all it may connect to.
   */
  private static final Map<String, String> POLICY = Map.of(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'");

  private final StatusSources sources;

  public StatusPage(StatusSources sources) {
    this.sources = sources;
  }

  /** Adds the page to what the admin port serves. */
  public void addTo(AdminPages pages) {
    file(pages, "/", "status.html", "text/html; charset=utf-8");
    file(pages, "/status.css", "status.css", "text/css; charset=utf-8");
    file(pages, "/status.js", "status.js", "text/javascript; charset=utf-8");
    file(pages, "/status.svg", "status.svg", "image/svg+xml");
    pages.page("/status.json", this::json);
  }

  private AdminAnswer json(AdminRequest request) {
    Map<String, List<String>> query = request.query();
    return AdminAnswer.json(document(one(query, "find"), one(query, "more")));
  }

  private static void file(AdminPages pages, String path, String name, String contentType) {
    AdminAnswer answer = new AdminAnswer(200, contentType, read(name), POLICY);
    pages.page(path, ignored -> answer);
  }

  private static byte[] read(String name) {
    try (InputStream in = StatusPage.class.getResourceAsStream("/status/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String one(Map<String, List<String>> query, String name) {
    String text = query.getOrDefault(name, List.of("")).getFirst().strip();
    return text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
  }

  /**
   * What the page shows, as of now.
   *
   * @param find what rows must contain; empty for all
   * @param more the lists of which more rows are wanted, between commas
   */
  String document(String find, String more) {
    return new StatusDocument(sources, find, new HashSet<>(List.of(more.split(",")))).text();
  }
}
