package io.reseal.config.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
  private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12)
      .getSchema(JsonSchemaPage.text(), InputFormat.JSON);

  @TempDir
  Path folder;

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(ProjectFiles.docs().resolve("examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void exampleIsReadWithoutWarnings(Path example) throws IOException {
    assertThat(read(example))
        .isInstanceOfSatisfying(
            ConfigResult.Valid.class, valid -> assertThat(valid.warnings()).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void exampleFitsTheJsonSchema(Path example) throws IOException {
    assertThat(SCHEMA.validate(YamlTree.of(Files.readString(example)))).isEmpty();
  }

  @Test
  void completeExampleShowsEveryKindOfRoute() throws IOException {
    ConfigResult result = read(ProjectFiles.docs().resolve("examples/reseal.yaml"));
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    ProxyConfig config = ((ConfigResult.Valid) result).config();
    assertThat(config.routes())
        .hasAtLeastOneElementOfType(Route.Reencrypt.class)
        .hasAtLeastOneElementOfType(Route.Passthrough.class)
        .hasAtLeastOneElementOfType(Route.Offload.class)
        .hasAtLeastOneElementOfType(Route.Redirect.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listenrs: []",
        "{}",
        "listeners: []",
        "listeners: [{name: a}]",
        "listeners: [{name: a, address: '0.0.0.0:1', addresses: ['0.0.0.0:2']}]",
        "listeners: [{name: a, address: '0.0.0.0:1', maxConnections: 0}]",
        "listeners: [{name: a, address: '0.0.0.0:1', tls: {versions: [TLSv1.1]}}]",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], limits: {requestBodyBytes: 1GB}}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], timeouts: {connect: 10}}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], routes: [{host: b}]}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], routes: [{host: b, redirect: {}, offload: c}]}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], routes: [{host: b, redirect: {status: 200}}]}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], upstreams: {a: {endpoints: []}}}",
      })
  void readerAndJsonSchemaRefuseTheSame(String yaml) {
    assertThat(SCHEMA.validate(YamlTree.of(yaml))).isNotEmpty();
    assertThat(ConfigReader.read(yaml, folder, "test.yaml"))
        .isInstanceOf(ConfigResult.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listeners: [{name: a, address: '0.0.0.0:1', tls: }]",
        "{listeners: [{name: a, address: ['0.0.0.0:1']}], limits: , upstreams: }",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], routes: [{host: b, redirect: }]}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], limits: {requestBodyBytes: 10 mib}}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], limits: {requestBodyBytes: 1024}}",
        "{listeners: [{name: a, address: '0.0.0.0:1'}], runtime: {eventLoops: 4}}",
      })
  void readerAndJsonSchemaAcceptTheSame(String yaml) {
    assertThat(SCHEMA.validate(YamlTree.of(yaml))).isEmpty();
    assertThat(ConfigReader.read(yaml, folder, "test.yaml")).isInstanceOf(ConfigResult.Valid.class);
  }

  private ConfigResult read(Path example) throws IOException {
    Path copy = folder.resolve(example.getFileName().toString());
    Files.copy(example, copy);
    ExampleCertificates.write(folder);
    return ConfigReader.read(copy);
  }
}
