package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.Failure;
import io.reseal.server.kit.Chromium;
import io.reseal.server.kit.Chromium.Key;
import io.reseal.server.kit.Shell;
import io.reseal.server.kit.Watched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The status page in a real browser; its pictures are kept under {@code target/screenshots}. */
final class StatusPageTest {
  private static final Path PICTURES = Path.of("target", "screenshots");
  private static final int DESKTOP = 1_280;
  private static final int PHONE = 390;

  /**
   * Every visible text with less contrast to its ground than WCAG 2.2 asks for (4.5, or 3 where it is
   * large), and every control whose border has less than 3.
   */
  private static final String POOR_CONTRAST = """
      (() => {
        const parts = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255;
          return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
          return (x + 0.05) / (y + 0.05); };
        const ground = (node) => { for (let at = node; at; at = at.parentElement) {
          const c = parts(getComputedStyle(at).backgroundColor);
          if (c.length < 4 || c[3] === 1) { return c.slice(0, 3); } } return [255, 255, 255]; };
        const poor = [];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          const text = walk.currentNode.textContent.trim();
          const node = walk.currentNode.parentElement;
          if (!text || !node.checkVisibility() || node.closest('script, noscript')) { continue; }
          const style = getComputedStyle(node);
          const size = parseFloat(style.fontSize);
          const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
          const found = ratio(parts(style.color).slice(0, 3), ground(node));
          if (found < (large ? 3 : 4.5)) { poor.push(found.toFixed(2) + ' ' + text.slice(0, 40)); }
        }
        for (const node of document.querySelectorAll('button, input')) {
          const found = ratio(parts(getComputedStyle(node).borderColor).slice(0, 3),
            ground(node.parentElement));
          if (node.checkVisibility() && found < 3) { poor.push(found.toFixed(2) + ' border'); }
        }
        return poor.join('; ');
      })()""";

  @TempDir
  private static Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // made before each test of the class
  private static Chromium browser;

  @BeforeAll
  static void startBrowser() throws IOException {
    Shell.require("chromium");
    browser = Chromium.start(folder);
  }

  @AfterAll
  @SuppressWarnings("NullAway") // null where the browser is missing
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void startWithABlankPage() {
    browser.open("about:blank");
    browser.await("location.href === 'about:blank'");
    browser.forgetComplaints();
  }

  private static void show(StatusScene scene, int width, boolean dark) {
    browser.look(width, 900, dark);
    open(scene.url());
    assertThat(text("#trouble")).isEmpty();
  }

  private static void open(String url) {
    browser.open(url);
    browser.await(
        "location.href === '" + url + "' && document.documentElement?.dataset.updates > 0");
  }

  private static String text(String selector) {
    return browser.evaluate(
        "document.querySelector('" + selector + "')?.innerText ?? 'nothing is there'");
  }

  private static int count(String selector) {
    return Integer.parseInt(
        browser.evaluate("document.querySelectorAll('" + selector + "').length"));
  }

  private static void requireNoComplaint() {
    assertThat(browser.complaints()).isEmpty();
  }

  // ---- how it looks

  private enum Scene {
    EMPTY(StatusScene::empty),
    HEALTHY(StatusScene::healthy),
    FAILING(StatusScene::failing),
    MANY(StatusScene::many);

    private final Supplier<StatusScene> open;

    Scene(Supplier<StatusScene> open) {
      this.open = open;
    }
  }

  @ParameterizedTest
  @EnumSource(Scene.class)
  void fitsEveryScreenAndIsReadable(Scene scene) throws IOException {
    Files.createDirectories(PICTURES);
    try (StatusScene page = scene.open.get()) {
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {DESKTOP, PHONE}) {
          show(page, width, dark);
          browser.evaluate(
              "document.querySelectorAll('details').forEach((each) => each.open = true)");
          String name = "%s-%s-%s"
              .formatted(
                  scene.name().toLowerCase(Locale.ROOT),
                  width == PHONE ? "phone" : "desktop",
                  dark ? "dark" : "light");
          Files.write(PICTURES.resolve(name + ".png"), browser.picture());
          assertThat(browser.evaluate(POOR_CONTRAST)).as(name).isEmpty();
          assertThat(browser.evaluate("document.documentElement.scrollWidth"))
              .as(name)
              .isEqualTo(Integer.toString(width));
          assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
              .as(name)
              .isEqualTo(dark ? "rgb(18, 21, 23)" : "rgb(245, 244, 240)");
        }
      }
    }
    requireNoComplaint();
  }

  // ---- what it says

  @Test
  void saysThatNothingIsWrong() {
    try (StatusScene page = StatusScene.healthy()) {
      show(page, DESKTOP, false);
      assertThat(text("#headline")).isEqualTo("Serving, nothing needs attention");
      assertThat(count("#attention-list li")).isZero();
      assertThat(text("#failures")).contains("Nothing has failed");
      assertThat(text("#tiles")).contains("per second", "412 of 20,000", "ms");
      assertThat(count("#routes-table tbody tr")).isEqualTo(5);
      assertThat(text("#routes-table")).contains("shop.example", "re-encrypts to", "catalog");
      assertThat(text("#certificates-table tbody tr")).contains("119 days", "catalog-1.internal");
      assertThat(text("#upstreams-table")).contains("TLS, verified", "catalog-2.internal:8443");
      assertThat(text("#configuration")).contains("loaded at the start", "1.0.0");
      assertThat(text("#facts")).startsWith("revision 1, version 1.0.0, up 3 d");
      assertThat(browser.evaluate("document.title")).isEqualTo("Reseal: serving");
    }
    requireNoComplaint();
  }

  @Test
  void saysWhatIsWrongAndWhatMendsIt() {
    try (StatusScene page = StatusScene.failing()) {
      show(page, DESKTOP, false);
      assertThat(text("#headline")).isEqualTo("Serving, 8 things need attention");
      assertThat(text("#attention-list"))
          .contains(
              "The last change of the configuration was refused; revision 17 serves on",
              "of the requests of the last minute ended with 5xx",
              "Certificate trouble with upstream \"cart\": unknown_issuer",
              "Ends within 7 days: certificate shown by upstream \"catalog\" and 1 more",
              "Ends within 30 days: certificate shown by upstream \"api\" and 1 more",
              "No endpoint could be connected: upstream \"cart\"",
              "Some endpoints could not be connected: upstream \"catalog\"",
              "Certificates are not verified: upstream \"api\"");
      assertThat(text("#failure-cards"))
          .contains("unknown_issuer", "214 times", "Put the certificate of that issuer");
      assertThat(text("#routes-table tbody tr")).contains("cart", "%)");
      assertThat(text("#problems")).contains("reseal.yaml:31:7", "Mount it, or fix the path");
      assertThat(text("#refusals-table"))
          .contains("unknown_server_name", "203.0.113.9", "Fix: Add an identity");
      assertThat(browser.evaluate("document.title")).isEqualTo("(8) Reseal: serving");
    }
    requireNoComplaint();
  }

  @Test
  void showsTextOfPeersAsText() {
    try (StatusScene page = StatusScene.failing()) {
      show(page, DESKTOP, false);
      browser.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)");
      for (String part : List.of("#failure-cards", "#refusals-table", "#problems")) {
        assertThat(text(part)).as(part).contains(StatusScene.HOSTILE);
      }
      assertThat(count("main img, main script, main iframe")).isZero();
    }
    requireNoComplaint();
  }

  @Test
  void staysShortWithManyHosts() {
    try (StatusScene page = StatusScene.many()) {
      show(page, DESKTOP, false);
      assertThat(count("#routes-table tbody tr")).isEqualTo(StatusDocument.FEW_ROWS);
      assertThat(text("#routes-more")).contains("12 of 200 are shown");
      browser.evaluate("document.querySelector('#routes-more button').click()");
      browser.await("document.querySelectorAll('#routes-table tbody tr').length === 200");
      assertThat(count("#upstreams-table tbody tr")).isEqualTo(StatusDocument.FEW_ROWS);
      assertThat(text("#routes-more")).contains("Show fewer");
      // Half of them share a certificate, which is one row.
      assertThat(text("[data-count=certificates]")).isEqualTo("102");
    }
    requireNoComplaint();
  }

  // ---- that it lives

  @Test
  void updatesByItself() {
    try (StatusScene page = StatusScene.empty()) {
      show(page, DESKTOP, false);
      browser.evaluate("window.same = document.querySelector('#routes-table tbody tr')");
      page.request("route-0", 308, 2_000_000, 0);
      page.request("route-0", 308, 2_000_000, 0);
      page.fail("", "nobody.test/", 1, new Failure.NoRoute("nobody.test", "/"));
      browser.await("document.querySelector('#failure-cards h3')?.innerText === 'no_route'");
      browser.await("document.querySelector('#tiles .note').innerText.includes('2 requests')");
      assertThat(browser.evaluate("window.same.isConnected")).isEqualTo("true");
      page.reloads().note(new Reload(Instant.now(), Reload.Outcome.APPLIED, 2, List.of()));
      browser.await("document.querySelector('#facts').innerText.startsWith('revision 2,')");
      browser.await("document.querySelector('#configuration').innerText.includes('applied')");
      page.health().draining();
      browser.await("document.querySelector('#headline').innerText.startsWith('Draining,')");
    }
  }

  @Test
  void showsRealTraffic() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      browser.look(DESKTOP, 900, false);
      open("http://localhost:" + proxy.adminAddress().getPort() + "/");
      assertThat(text("#headline")).isEqualTo("Serving, nothing needs attention");
      assertThat(proxy.get("/x").status()).isEqualTo(200);
      browser.await("document.querySelector('#tiles .note').innerText.includes('1 request and')");
      browser.await("document.querySelector('#upstreams-table').innerText.includes('reachable')");
      assertThat(text("#upstreams-table"))
          .contains("origin", proxy.origin().endpoint().toString());
      browser.await(
          "document.querySelector('#certificates-table').innerText.includes('shown by upstream')");
    }
    requireNoComplaintButLostConnections();
  }

  @Test
  void saysWhenTheProxyIsGone() {
    try (StatusScene page = StatusScene.empty()) {
      show(page, DESKTOP, false);
    }
    browser.await("!document.querySelector('#trouble').hidden");
    assertThat(text("#trouble"))
        .contains("does not answer", "This is how it was at", "Trying again");
    assertThat(text("#freshness")).isEqualTo("not connected");
    assertThat(count("#routes-table tbody tr")).isEqualTo(1);
    requireNoComplaintButLostConnections();
  }

  /** A connection may be lost before a request, within it, or never come about. */
  private static void requireNoComplaintButLostConnections() {
    assertThat(browser.complaints())
        .allSatisfy(each -> assertThat(each)
            .containsPattern(
                "ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE)"));
  }

  // ---- that it needs no pointing device

  @Test
  void isReachedByKeyboard() {
    try (StatusScene page = StatusScene.failing()) {
      show(page, DESKTOP, false);
      List<String> reached = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        browser.press(Key.TAB);
        reached.add(browser.evaluate("document.activeElement === document.body ? 'body'"
            + " : document.activeElement.innerText || document.activeElement.id"));
        if (!reached.getLast().equals("body")) {
          assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
              .as(reached.getLast())
              .isEqualTo("solid");
          assertThat(browser.evaluate("(() => { const at ="
                  + " document.activeElement.getBoundingClientRect();"
                  + " return at.top >= 0 && at.bottom <= innerHeight; })()"))
              .as(reached.getLast())
              .isEqualTo("true");
        }
      }
      assertThat(reached)
          .startsWith("Skip to content", "Pause updates", "Traffic")
          .contains("find", "Configuration", "Facts", "metrics");
      assertThat(reached).anyMatch(each -> each.contains("unknown_issuer"));
    }
    requireNoComplaint();
  }

  @Test
  void isUsedByKeyboard() {
    try (StatusScene page = StatusScene.failing()) {
      show(page, DESKTOP, false);
      browser.press(Key.TAB);
      browser.press(Key.ENTER);
      browser.await("document.activeElement.id === 'main'");

      browser.evaluate("document.querySelector('#pause').focus()");
      browser.press(Key.SPACE);
      browser.await("document.querySelector('#pause').ariaPressed === 'true'");
      assertThat(text("#freshness")).startsWith("paused at");
      String updates = browser.evaluate("document.documentElement.dataset.updates");

      browser.evaluate("document.querySelector('#find').focus()");
      browser.type("api.shop");
      browser.await("document.querySelectorAll('#routes-table tbody tr').length === 1");
      assertThat(text("#routes-table")).contains("api.shop.example").doesNotContain("cart");
      assertThat(text("#routes-more")).contains("1 of 5 match the filter");
      assertThat(Integer.parseInt(browser.evaluate("document.documentElement.dataset.updates")))
          .as("asked again while paused")
          .isEqualTo(Integer.parseInt(updates) + 1);

      browser.evaluate("document.querySelector('#pause').focus()");
      browser.press(Key.SPACE);
      browser.await("document.documentElement.dataset.updates > " + updates + " + 1");

      browser.evaluate("document.querySelector('#find').value = ''");
      browser.await("document.querySelectorAll('#failure-cards summary').length === 3");
      browser.evaluate("document.querySelector('#failure-cards summary').focus()");
      browser.press(Key.ENTER);
      browser.await("document.querySelector('#failure-cards details').open");
      // It stays open, and the focus where it is, while the page updates.
      String then = browser.evaluate("document.documentElement.dataset.updates");
      browser.await("document.documentElement.dataset.updates > " + then);
      assertThat(browser.evaluate("document.querySelector('#failure-cards details').open"
              + " && document.activeElement.tagName === 'SUMMARY'"))
          .isEqualTo("true");
    }
    requireNoComplaint();
  }

  @Test
  void isAPageOfLandmarksAndHeadings() {
    try (StatusScene page = StatusScene.failing()) {
      show(page, PHONE, false);
      assertThat(count("main, header.top, nav[aria-label], footer, [role=search]"))
          .isEqualTo(5);
      assertThat(count("h1")).isEqualTo(1);
      assertThat(count("section:not([aria-labelledby])")).isZero();
      assertThat(count("html[lang=en]")).isEqualTo(1);
      assertThat(count("img:not([alt]), svg:not([aria-hidden])")).isZero();
      // Rows that look like cards are still rows for those who do not see them.
      assertThat(count("tr:not([role=row]), td:not([role=cell]), tbody th:not([scope=row])"))
          .isZero();
      assertThat(count("input:not(#find)")).isZero();
      assertThat(count("label[for=find]")).isEqualTo(1);
    }
    requireNoComplaint();
  }

  // ---- that nothing foreign runs in it

  @Test
  void runsNothingThatIsNotItsOwn() {
    try (StatusScene page = StatusScene.empty()) {
      show(page, DESKTOP, false);
      for (String attack :
          List.of("document.body.innerHTML = '<b>x</b>'", "eval('1')", "new Function('1')")) {
        assertThat(browser.evaluate("(() => { try { " + attack
                + "; return 'ran'; } catch (refused) { return 'refused'; }" + " })()"))
            .as(attack)
            .isEqualTo("refused");
      }
      browser.evaluate("(() => { const script = document.createElement('script');"
          + " try { script.textContent = 'window.ran = true'; } catch (refused) {}"
          + " document.body.append(script); const styled = document.createElement('p');"
          + " styled.setAttribute('style', 'color: red'); document.body.append(styled); })()");
      assertThat(browser.evaluate("window.ran")).isEqualTo("undefined");
      assertThat(
              browser.evaluate("fetch('http://127.0.0.1:1/').then(() => 'asked', () => 'refused')"))
          .isEqualTo("refused");
      assertThat(browser.complaints()).isNotEmpty();
    }
  }
}
