package io.reseal.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Json;
import io.reseal.server.kit.Prometheus;
import io.reseal.server.kit.Shell;
import io.reseal.server.kit.Watched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard and the alert rules, with Debian's Prometheus: that it takes them, and that every
 * expression finds what it is about in a Reseal that is scraped.
 */
final class MonitoringFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("reseal.root"));
  private static final Path RULES = ROOT.resolve("docker/prometheus/reseal-alerts.yml");
  private static final Path DASHBOARD = ROOT.resolve("docker/grafana/reseal-dashboard.json");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:reseal|process|jvm|up)(?:_[a-z0-9_]+)?(?=[{\\[ )]|$)");

  @TempDir
  private Path folder = Path.of("");

  // ---- the files by themselves

  @Test
  void prometheusTakesTheRules() throws Exception {
    Shell.require("promtool");
    Path docker = ROOT.resolve("docker/prometheus");
    for (String file : List.of("reseal-alerts.yml", "prometheus.yml")) {
      Files.copy(docker.resolve(file), folder.resolve(file));
    }
    Files.copy(
        Path.of("src/test/resources/prometheus/reseal-alerts-test.yml"),
        folder.resolve("reseal-alerts-test.yml"));
    Shell shell = new Shell(folder);
    shell.run("promtool check rules --lint-fatal reseal-alerts.yml").requireSuccess();
    shell.run("promtool check config prometheus.yml").requireSuccess();
    shell.run("promtool test rules reseal-alerts-test.yml").requireSuccess();
  }

  @Test
  void everyAlertSaysWhatToDoAndIsTested() throws IOException {
    String tests =
        Files.readString(Path.of("src/test/resources/prometheus/reseal-alerts-test.yml"));
    for (Json rule : alerts()) {
      assertThat(rule.object("annotations").names())
          .as(rule.toString())
          .containsExactlyInAnyOrder("summary", "description", "runbook");
      assertThat(rule.object("labels").get("severity")).isIn("critical", "warning");
      assertThat(tests).contains("alertname=\"" + rule.get("alert") + "\"");
    }
  }

  @Test
  void theDashboardIsWellFormed() throws IOException {
    List<Json> panels = dashboard().objects("panels");
    Set<Object> titles = new HashSet<>();
    Set<Object> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (Json panel : panels) {
      assertThat(titles.add(panel.get("title"))).as("title twice: %s", panel).isTrue();
      assertThat(ids.add(panel.get("id"))).as("id twice: %s", panel).isTrue();
      Json at = panel.object("gridPos");
      assertThat(at.number("x") + at.number("w")).isLessThanOrEqualTo(24);
      for (int x = at.number("x"); x < at.number("x") + at.number("w"); x++) {
        for (int y = at.number("y"); y < at.number("y") + at.number("h"); y++) {
          assertThat(cells.add(x + "," + y)).as("overlap: %s", panel).isTrue();
        }
      }
      if (!panel.get("type").equals("row")) {
        assertThat(panel.get("description").toString()).isNotEmpty();
        assertThat(panel.object("datasource").get("uid")).isEqualTo("${datasource}");
      }
    }
    assertThat(dashboard().names()).doesNotContain("id", "__inputs");
  }

  @Test
  void whatIsMeasuredIsDocumented() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/metrics.md"));
    Set<String> names = new LinkedHashSet<>();
    expressions().forEach(each -> names.addAll(metrics(each)));
    alerts().forEach(each -> names.addAll(metrics(each.get("expr").toString())));
    names.removeIf(name -> !name.startsWith("reseal_"));
    assertThat(names)
        .hasSizeGreaterThan(20)
        .allSatisfy(name ->
            assertThat(page).contains("| `" + name.replaceAll("_(bucket|count|sum)$", "") + "` |"));
  }

  private static Set<String> metrics(String expression) {
    Set<String> names = new LinkedHashSet<>();
    Matcher matcher = METRIC.matcher(expression);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    assertThat(names).as(expression).isNotEmpty();
    return names;
  }

  private static List<Json> alerts() throws IOException {
    List<Json> alerts = new ArrayList<>();
    for (Json group : Json.parse(Files.readString(RULES)).objects("groups")) {
      alerts.addAll(group.objects("rules"));
    }
    return alerts;
  }

  private static Json dashboard() throws IOException {
    return Json.parse(Files.readString(DASHBOARD));
  }

  /** Every expression of the dashboard, with its variables as Grafana would set them. */
  private static List<String> expressions() throws IOException {
    List<String> expressions = new ArrayList<>();
    for (Json panel : dashboard().objects("panels")) {
      if (!panel.get("type").equals("row")) {
        panel.objects("targets").forEach(each -> expressions.add(filled(each.get("expr"))));
      }
    }
    for (Json variable : dashboard().object("templating").objects("list")) {
      if (variable.get("type").equals("query")) {
        // label_values(series, label) is what Grafana makes a query of.
        Matcher asked = Pattern.compile("label_values\\((.*), ([a-z]+)\\)")
            .matcher(variable.get("definition").toString());
        assertThat(asked.matches()).as(variable.toString()).isTrue();
        expressions.add(filled("count by (%s) (%s)".formatted(asked.group(2), asked.group(1))));
      }
    }
    for (Json annotation : dashboard().object("annotations").objects("list")) {
      // It shows when something changed, which nothing does here.
      String shown = filled(annotation.get("expr"));
      assertThat(shown).endsWith(" > 0");
      expressions.add(shown.substring(0, shown.length() - " > 0".length()));
    }
    return expressions;
  }

  private static String filled(Object expression) {
    String text = expression
        .toString()
        .replace("$__rate_interval", "20s")
        .replace("$__interval", "20s")
        .replaceAll("\\$(job|instance|listener|route|upstream)", ".*");
    assertThat(text).doesNotContain("$");
    return text;
  }

  // ---- with a server that scrapes

  @Test
  void everyExpressionFindsWhatItIsAbout() throws Exception {
    Shell.require("prometheus");
    try (Watched proxy = EveryFamily.start();
        Prometheus prometheus = Prometheus.start(folder, proxy.adminAddress(), RULES)) {
      List<String> wanting = new ArrayList<>(expressions());
      for (Json alert : alerts()) {
        prometheus.query(alert.get("expr").toString());
        metrics(alert.get("expr").toString()).forEach(name -> wanting.add("count(" + name + ")"));
      }
      assertThat(wanting).hasSizeGreaterThan(50);
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(() -> {
            EveryFamily.happen(proxy);
            for (String expression : List.copyOf(wanting)) {
              if (!prometheus.query(expression).isEmpty()) {
                wanting.remove(expression);
              }
            }
            assertThat(wanting).as("expressions without data").isEmpty();
          });
      assertThat(prometheus.ruleGroups())
          .isNotEmpty()
          .allSatisfy(group -> assertThat(group.objects("rules"))
              .allSatisfy(rule -> assertThat(rule.get("health")).isEqualTo("ok")));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !prometheus
              .query("ALERTS{alertname=\"ResealUpstreamRefused\", upstream=\"wrong\","
                  + " reason=\"unknown_issuer\", alertstate=\"firing\"}")
              .isEmpty());
      assertThat(prometheus.query("ALERTS{alertname=\"ResealCertificateEnded\"}"))
          .isEmpty();
      assertThat(prometheus.query("ALERTS{alertname=\"ResealDown\"}")).isEmpty();
    }
  }
}
