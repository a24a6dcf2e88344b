package io.reseal.server.doctor;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.core.UpstreamProbes;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.upstream.EndpointPlan;
import io.reseal.core.upstream.EndpointProbe;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPlan.Protection;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is told of the upstream that a request goes to. */
final class UpstreamFacts {
  private final Snapshot snapshot;
  private final UpstreamPlan plan;
  private final String host;
  private final Upstream upstream;

  UpstreamFacts(Snapshot snapshot, UpstreamPlan plan, String host) {
    this.snapshot = snapshot;
    this.plan = plan;
    this.host = host;
    this.upstream = snapshot.config().upstreams().stream()
        .filter(each -> each.name().equals(plan.name()))
        .findFirst()
        .orElseThrow();
  }

  /** Adds the facts; returns how many endpoints can be used, all of them without a trial. */
  int into(Map<String, Object> facts, boolean live) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("name", plan.name());
    about.put(
        "connection",
        switch (plan.protection()) {
          case TLS -> "TLS";
          case CLEARTEXT -> "cleartext";
          case RAW -> "the client's own bytes";
        });
    if (plan.protection() == Protection.TLS) {
      about.put("trust", trust());
      about.put("commonNameFallback", upstream.tls().commonNameFallback());
      about.put("versions", upstream.tls().versions().protocolNames());
    }
    List<Object> endpoints = new ArrayList<>();
    about.put("endpoints", endpoints);
    facts.put("upstream", about);
    if (!live) {
      plan.endpoints().forEach(endpoint -> endpoints.add(endpoint(endpoint)));
      return plan.endpoints().size();
    }
    int usable = 0;
    try (UpstreamProbes probes = UpstreamProbes.open(snapshot)) {
      for (EndpointPlan endpoint : plan.endpoints()) {
        Map<String, Object> shown = endpoint(endpoint);
        EndpointProbe.Outcome outcome = probes.probe(plan, endpoint, host);
        shown.put("live", live(outcome));
        endpoints.add(shown);
        usable += outcome instanceof EndpointProbe.Reached ? 1 : 0;
      }
    }
    return usable;
  }

  private Map<String, Object> trust() {
    Map<String, Object> trust = new LinkedHashMap<>();
    switch (upstream.tls().trustAnchors()) {
      case TrustAnchors.SystemStore system -> trust.put("by", "the Java runtime's trust store");
      case TrustAnchors.Unverified unverified -> trust.put("by", "nobody: skipVerification");
      case TrustAnchors.DestinationCa(List<X509Certificate> certificates, String source) -> {
        trust.put("by", "destinationCA");
        trust.put("file", source);
        trust.put(
            "certificates", certificates.stream().map(CertificateText::subject).toList());
      }
    }
    if (!upstream.tls().revocationLists().isEmpty()) {
      trust.put(
          "crl",
          upstream.tls().revocationLists().stream()
              .map(each -> each.source() + " of " + CertificateText.issuer(each.list()))
              .toList());
    }
    for (KeyPairMaterial shown : upstream.tls().clientIdentity().keyPairs()) {
      trust.put("clientIdentity", CertificateText.subject(shown.leaf()));
    }
    return trust;
  }

  private Map<String, Object> endpoint(EndpointPlan endpoint) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("address", endpoint.address().toString());
    if (plan.protection() == Protection.TLS) {
      PeerNames names = plan.peerNames(endpoint, host);
      shown.put("serverNameSent", names.serverName());
      shown.put("acceptedNames", names.accepted());
    }
    return shown;
  }

  private static Map<String, Object> live(EndpointProbe.Outcome outcome) {
    Map<String, Object> live = new LinkedHashMap<>();
    switch (outcome) {
      case EndpointProbe.Reached reached -> live.put("result", "ok");
      case EndpointProbe.Failed(Failure failure) -> {
        FailurePolicy.Answer answer = FailurePolicy.answer(failure);
        live.put("result", answer.token());
        live.put("detail", answer.detail());
        live.put("advice", answer.advice());
      }
    }
    live.putAll(UpstreamTrials.ProbeFacts.of(outcome));
    return live;
  }
}
