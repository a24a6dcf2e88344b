package io.reseal.core;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/** The directions of the house: each package of the core uses only what stands to its right. */
@AnalyzeClasses(packages = "io.reseal", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

  @ArchTest
  static final ArchRule packagesUseOnlyWhatStandsToTheirRight = layeredArchitecture()
      .consideringOnlyDependenciesInAnyPackage("io.reseal.core..")
      .layer("core")
      .definedBy("io.reseal.core")
      .layer("pipeline")
      .definedBy("io.reseal.core.pipeline")
      .layer("listener")
      .definedBy("io.reseal.core.listener")
      .layer("http1")
      .definedBy("io.reseal.core.http1")
      .layer("http2")
      .definedBy("io.reseal.core.http2")
      .layer("exchange")
      .definedBy("io.reseal.core.exchange")
      .layer("tunnel")
      .definedBy("io.reseal.core.tunnel")
      .layer("snapshot")
      .definedBy("io.reseal.core.snapshot")
      .layer("upstream")
      .definedBy("io.reseal.core.upstream")
      .layer("tls")
      .definedBy("io.reseal.core.tls")
      .whereLayer("core")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("pipeline")
      .mayOnlyBeAccessedByLayers("core")
      .whereLayer("listener")
      .mayOnlyBeAccessedByLayers("core", "pipeline")
      .whereLayer("http1")
      .mayOnlyBeAccessedByLayers("core", "pipeline")
      .whereLayer("http2")
      .mayOnlyBeAccessedByLayers("core", "pipeline")
      .whereLayer("exchange")
      .mayOnlyBeAccessedByLayers("core", "pipeline", "http1", "http2")
      .whereLayer("tunnel")
      .mayOnlyBeAccessedByLayers("core", "pipeline", "http1")
      .whereLayer("snapshot")
      .mayOnlyBeAccessedByLayers(
          "core", "pipeline", "listener", "http1", "http2", "exchange", "tunnel")
      .whereLayer("upstream")
      .mayOnlyBeAccessedByLayers(
          "core", "pipeline", "listener", "http1", "http2", "exchange", "tunnel", "snapshot");

  @ArchTest
  static final ArchRule packagesHaveNoCycle =
      slices().matching("io.reseal.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule rulesOnHeadsKnowNoChannels = ArchRuleDefinition.noClasses()
      .that()
      .resideInAnyPackage("io.reseal.core.http", "io.reseal.core.failure")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("io.netty.channel..", "io.netty.handler.ssl..");

  @ArchTest
  static final ArchRule configurationKnowsNoNetwork = ArchRuleDefinition.noClasses()
      .that()
      .resideInAPackage("io.reseal.config..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("io.netty..", "io.fabric8..");
}
