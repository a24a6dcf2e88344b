package io.reseal.server.doctor;

import io.reseal.config.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that was found in one configuration, in the order of its lines.
 *
 * @param live whether trial connections were made
 */
public record Report(String file, boolean live, List<Finding> findings) {
  private static final int MOST_PLACE = 64;

  public Report {
    findings = findings.stream()
        .sorted(Comparator.<Finding>comparingInt(finding -> finding.place().line())
            .thenComparingInt(finding -> finding.place().column()))
        .toList();
  }

  /** 0 for nothing wrong, 1 for warnings only, 2 for errors. */
  public int exitCode() {
    return count(Severity.ERROR) > 0 ? 2 : count(Severity.WARNING) > 0 ? 1 : 0;
  }

  private long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  // ---- for people

  /** A table, and below each row what to do; what can be pasted stands on lines of its own. */
  public String table() {
    StringBuilder text = new StringBuilder(1_024);
    int width = findings.stream()
        .mapToInt(finding -> Math.min(MOST_PLACE, finding.place().toString().length()))
        .max()
        .orElse(0);
    if (!findings.isEmpty()) {
      row(text, width, "SEVERITY", "PLACE", "WHAT");
    }
    for (Finding finding : findings) {
      row(
          text,
          width,
          finding.severity().word(),
          finding.place().toString(),
          Printable.of(finding.what()));
      if (!finding.fix().isEmpty()) {
        text.append("          fix: ").append(Printable.of(finding.fix())).append('\n');
      }
      if (!finding.command().isEmpty()) {
        text.append("            ").append(Printable.of(finding.command())).append('\n');
      }
    }
    return text.append(findings.isEmpty() ? "" : "\n")
        .append(summary())
        .append('\n')
        .toString();
  }

  private static void row(StringBuilder text, int width, String first, String place, String what) {
    text.append(String.format("%-8s  %-" + Math.max(1, width) + "s  %s%n", first, place, what));
  }

  private String summary() {
    return "%s: %s, %s, %s%s"
        .formatted(
            file,
            counted(Severity.ERROR),
            counted(Severity.WARNING),
            counted(Severity.NOTE),
            live ? "" : " (offline; --live also tries listeners and upstreams)");
  }

  private String counted(Severity severity) {
    long count = count(severity);
    return count + " " + severity.word() + (count == 1 ? "" : "s");
  }

  // ---- for machines

  public String json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("file", file);
    report.put("live", live);
    report.put("errors", count(Severity.ERROR));
    report.put("warnings", count(Severity.WARNING));
    report.put("notes", count(Severity.NOTE));
    report.put("exitCode", exitCode());
    List<Object> all = new ArrayList<>();
    findings.forEach(finding -> all.add(tree(finding)));
    report.put("findings", all);
    return JsonText.of(report);
  }

  private static Map<String, Object> tree(Finding finding) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("severity", finding.severity().word());
    tree.put("kind", finding.kind().token());
    Location at = finding.place();
    Map<String, Object> place = new LinkedHashMap<>();
    place.put("file", at.file());
    place.put("line", at.line());
    place.put("column", at.column());
    place.put("path", at.path());
    tree.put("place", place);
    tree.put("what", finding.what());
    tree.put("fix", finding.fix());
    tree.put("command", finding.command());
    tree.put("facts", finding.facts());
    return tree;
  }
}
