/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dependencies point one way; see docs/architecture.md. */
@AnalyzeClasses(packages = "io.anabranch", importOptions = DependencyDirectionTest.NoTests.class)
final class DependencyDirectionTest {
  /** Leaves out tests, those of other modules in their jar as well. */
  static final class NoTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  private static final int MOST_FILES = 20;
  private static final Set<String> AUTHORS =
      Set.of(
          "io.anabranch.api",
          "io.anabranch.formats",
          "io.anabranch.serving",
          "io.anabranch.testing",
          "io.anabranch.transforms");

  @ArchTest
  static final ArchRule LAYERS =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.anabranch..")
          .layer("api")
          .definedBy("io.anabranch.api..")
          .layer("catalog")
          .definedBy("io.anabranch.catalog..")
          .layer("contracts")
          .definedBy("io.anabranch.contracts..")
          .layer("transforms")
          .definedBy("io.anabranch.transforms..")
          .layer("formats")
          .definedBy("io.anabranch.formats..")
          .layer("connectors")
          .definedBy("io.anabranch.connectors..")
          .layer("serving")
          .definedBy("io.anabranch.serving..")
          .layer("testing")
          .definedBy("io.anabranch.testing..")
          .layer("config")
          .definedBy("io.anabranch.config..")
          .layer("runners")
          .definedBy("io.anabranch.runners..")
          .layer("wiring")
          .definedBy("io.anabranch.wiring..")
          .layer("input")
          .definedBy("io.anabranch.input..")
          .layer("cli")
          .definedBy("io.anabranch.cli..")
          .whereLayer("api")
          .mayNotAccessAnyLayer()
          .whereLayer("transforms")
          .mayOnlyAccessLayers("api")
          .whereLayer("catalog")
          .mayOnlyAccessLayers("api")
          .whereLayer("formats")
          .mayOnlyAccessLayers("api")
          .whereLayer("connectors")
          .mayOnlyAccessLayers("api")
          .whereLayer("contracts")
          .mayOnlyAccessLayers("api", "catalog")
          .whereLayer("serving")
          .mayOnlyAccessLayers("api", "catalog")
          .whereLayer("testing")
          .mayOnlyAccessLayers(
              "api",
              "catalog",
              "contracts",
              "transforms",
              "serving",
              "config",
              "runners",
              "wiring",
              "cli")
          .whereLayer("config")
          .mayOnlyAccessLayers("api")
          .whereLayer("runners")
          .mayOnlyAccessLayers("api")
          .whereLayer("wiring")
          .mayOnlyAccessLayers("api", "catalog", "transforms", "serving")
          .whereLayer("input")
          .mayOnlyAccessLayers("api")
          .whereLayer("cli")
          .mayOnlyAccessLayers("api", "catalog", "config", "input", "runners", "serving", "wiring");

  @ArchTest
  static final ArchRule API_KNOWS_ONLY_BEAMS_CORE =
      classes()
          .that()
          .resideInAPackage("io.anabranch.api..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "io.anabranch.api..",
              "org.apache.beam.sdk..",
              "org.joda.time..",
              "com.fasterxml.jackson..", // values as JSON, by what Beam's core has anyway
              "org.apache.commons.text..", // suggestions for misspelt names
              "com.google.errorprone.annotations..", // annotations that the compiler leaves in
              "com.google.auto.value.."); // class files

  @ArchTest
  static final ArchRule TRANSFORMS_DO_NOT_KNOW_THE_ARCHITECTURE =
      noClasses()
          .that()
          .resideInAPackage("io.anabranch.transforms..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.<JavaClass>describe(
                  "say which architecture or layer it is",
                  type -> type.getName().equals("io.anabranch.api.Architecture")));

  /** What is named internal may change; so authors never see it in what they call. */
  @ArchTest
  static final ArchRule AUTHORS_NEVER_GET_INTERNALS =
      noMethods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat(
              DescribedPredicate.<JavaClass>describe(
                  "authors call",
                  type ->
                      type.getModifiers().contains(JavaModifier.PUBLIC)
                          && AUTHORS.contains(type.getPackageName())))
          .should()
          .haveRawReturnType(resideInAPackage("..internal.."))
          .orShould()
          .haveRawParameterTypes(
              DescribedPredicate.describe(
                  "are internal",
                  types -> types.stream().anyMatch(resideInAPackage("..internal.."))));

  /** A reader finds the room for a line of code from the names of the packages. */
  @Test
  void noPackageHasMoreThanTwentyFiles() throws IOException {
    Map<Path, Long> files;
    try (Stream<Path> all = Files.walk(Path.of(".."))) {
      files =
          all.filter(path -> path.toString().matches(".*/src/main/java/.*\\.java"))
              .collect(groupingBy(Path::getParent, TreeMap::new, counting()));
    }

    assertThat("packages", files.size(), greaterThan(30));
    files.values().removeIf(count -> count <= MOST_FILES);
    assertThat("packages of more than " + MOST_FILES + " files", files.entrySet(), is(empty()));
  }

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.anabranch.(**)").should().beFreeOfCycles();
}
