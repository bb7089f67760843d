/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch;

import static java.util.stream.Collectors.toCollection;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Authors import these packages beside Beam's. */
final class AuthorNamesTest {
  private static final String[] OURS = {
    "io.anabranch.api",
    "io.anabranch.formats",
    "io.anabranch.serving",
    "io.anabranch.testing",
    "io.anabranch.testing.script",
    "io.anabranch.transforms"
  };
  private static final String[] BEAMS = {
    "org.apache.beam.sdk",
    "org.apache.beam.sdk.coders",
    "org.apache.beam.sdk.transforms",
    "org.apache.beam.sdk.transforms.windowing",
    "org.apache.beam.sdk.values"
  };

  @Test
  void noNameCollidesWithBeams() {
    Set<String> ours = publicNames(OURS);
    Set<String> beams = publicNames(BEAMS);
    assertThat("what is compared", ours, hasItems("MaterializedView", "Equivalence"));
    assertThat("what is compared", beams, hasItems("View", "Sum", "Window", "KV"));

    ours.retainAll(beams);

    assertThat("names that Beam has too", ours, is(empty()));
  }

  private static Set<String> publicNames(String... packages) {
    return new ClassFileImporter()
        .withImportOption(new DoNotIncludeTests()).importPackages(packages).stream()
            .filter(type -> Set.of(packages).contains(type.getPackageName()))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getSimpleName)
            .collect(toCollection(TreeSet::new));
  }
}
