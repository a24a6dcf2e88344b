package io.reseal.server.doctor;

import io.reseal.config.HostPattern;
import io.reseal.config.Location;
import io.reseal.config.Route;
import io.reseal.config.check.Places;
import io.reseal.core.UpstreamProbes;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.upstream.EndpointPlan;
import io.reseal.core.upstream.EndpointProbe;
import io.reseal.core.upstream.EndpointProbe.Failed;
import io.reseal.core.upstream.EndpointProbe.Reached;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPlan.Protection;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Trial connections to every endpoint that a route leads to, as requests would make them. */
final class UpstreamTrials {
  private final Snapshot snapshot;
  private final Places places;
  private final Instant now;
  private final Consumer<Finding> found;

  UpstreamTrials(Snapshot snapshot, Places places, Instant now, Consumer<Finding> found) {
    this.snapshot = snapshot;
    this.places = places;
    this.now = now;
    this.found = found;
  }

  void run() {
    if (snapshot.upstreams().isEmpty()) {
      return;
    }
    try (UpstreamProbes probes = UpstreamProbes.open(snapshot)) {
      for (UpstreamPlan plan : snapshot.upstreams()) {
        Set<String> hosts = plan.namesByRequest() ? exactHosts(plan.name()) : Set.of("");
        if (hosts.isEmpty()) {
          found.accept(Finding.note(
              Kind.ENDPOINT,
              places.ofFirst("upstream", plan.name(), "endpoints"),
              "upstream \"" + plan.name() + "\" is asked for the host of each request, and no route"
                  + " to it has an exact one: not tried",
              "Try one with: reseal explain --live URL"));
        }
        for (EndpointPlan endpoint : plan.endpoints()) {
          hosts.forEach(host -> report(plan, endpoint, host, probes.probe(plan, endpoint, host)));
        }
      }
    } catch (IllegalArgumentException noTransport) {
      found.accept(Finding.error(
          Kind.CONFIGURATION,
          places.at("runtime.transport"),
          String.valueOf(noTransport.getMessage()),
          "",
          ""));
    }
  }

  private Set<String> exactHosts(String upstream) {
    Set<String> hosts = new TreeSet<>();
    for (Route route : snapshot.config().routes()) {
      if (route instanceof Route.Reencrypt to && to.upstream().equals(upstream)) {
        for (HostPattern host : to.hosts()) {
          if (host instanceof HostPattern.Exact(String name)) {
            hosts.add(name);
          }
        }
      }
    }
    return hosts;
  }

  private void report(
      UpstreamPlan plan, EndpointPlan endpoint, String host, EndpointProbe.Outcome outcome) {
    Location place = places.ofFirst("upstream", plan.name(), "endpoints");
    switch (outcome) {
      case Reached reached -> reached(plan, endpoint, host, reached, place);
      case Failed(Failure failure) -> {
        FailurePolicy.Answer answer = FailurePolicy.answer(failure);
        found.accept(Finding.error(
                failure instanceof Failure.TlsFailed ? Kind.ENDPOINT_TLS : Kind.ENDPOINT,
                place,
                answer.token() + ": " + answer.detail(),
                answer.advice(),
                "")
            .with(ProbeFacts.of(outcome)));
      }
    }
  }

  private void reached(
      UpstreamPlan plan, EndpointPlan endpoint, String host, Reached reached, Location place) {
    StringBuilder what = new StringBuilder(
        "upstream \"%s\", endpoint %s: ".formatted(plan.name(), endpoint.address()));
    if (reached.tls() == null) {
      what.append(
          plan.protection() == Protection.RAW
              ? "can be connected; its TLS is its clients' matter"
              : "can be connected, in cleartext");
    } else {
      boolean verified = plan.tlsContext() != null && plan.tlsContext().verified();
      what.append(verified ? "verified, " : "NOT verified, ")
          .append(reached.tls().protocol());
      if (!host.isEmpty()) {
        what.append(" for ").append(host);
      }
      if (!reached.chain().isEmpty()) {
        what.append(", certificate valid until ")
            .append(CertificateText.validUntil(reached.chain().getFirst()));
      }
    }
    found.accept(
        Finding.note(Kind.ENDPOINT, place, what.toString(), "").with(ProbeFacts.of(reached)));
    for (X509Certificate certificate : reached.chain()) {
      new ValidityCheck(now)
          .check(place, certificate, "Let the upstream's certificate be renewed.", "")
          .ifPresent(found);
    }
  }

  /** What a trial has shown, name by name. */
  static final class ProbeFacts {
    private ProbeFacts() {}

    static Map<String, String> of(EndpointProbe.Outcome outcome) {
      Map<String, String> facts = new LinkedHashMap<>();
      switch (outcome) {
        case Reached reached -> {
          facts.put("address", reached.address());
          if (reached.tls() != null) {
            facts.put("protocol", reached.tls().protocol());
            facts.put("cipher suite", reached.tls().cipherSuite());
            facts.put("application protocol", reached.tls().applicationProtocol());
          }
          List<X509Certificate> chain = reached.chain();
          if (!chain.isEmpty()) {
            facts.put("subject", CertificateText.subject(chain.getFirst()));
            facts.put("issuer", CertificateText.issuer(chain.getFirst()));
            facts.put("valid until", CertificateText.validUntil(chain.getFirst()));
            facts.put("fingerprint SHA-256", CertificateText.fingerprint(chain.getFirst()));
          }
        }
        case Failed(Failure failure) -> {
          FailurePolicy.Answer answer = FailurePolicy.answer(failure);
          facts.put("status", Integer.toString(answer.status()));
          facts.put("error", answer.error());
          facts.put("verdict", answer.token());
          if (failure instanceof Failure.TlsFailed tls) {
            tls.verdict().facts().forEach(fact -> facts.put(fact.name(), fact.value()));
          }
        }
      }
      return facts;
    }
  }
}
