package io.reseal.server.admin;

import io.reseal.config.ProxyConfig;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the status page is made from.
 *
 * @param config the configuration that serves
 * @param clientConnections open connections by listener; empty until the data plane runs
 * @param upstreams how upstreams stand
 * @param sightings what traffic has shown of their endpoints
 * @param version of this build
 * @param started when the process began
 */
public record StatusSources(
    Health health,
    Supplier<ProxyConfig> config,
    Supplier<Map<String, Integer>> clientConnections,
    UpstreamsPage upstreams,
    UpstreamBook sightings,
    FailureBook failures,
    TrafficHistory traffic,
    ReloadBook reloads,
    String version,
    Instant started) {}
